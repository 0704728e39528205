import {
  type Direction,
  dragToDirection,
  isSteeringKey,
  keysToDirection,
  STILL,
} from "./steering.ts";

export type ControlsOptions = {
  /** Where fingers and mice steer. */
  readonly surface: HTMLElement;
  onSteer(direction: Direction): void;
  onDash(): void;
  /** Where a drag began and where it is, for the page to show; undefined: none. */
  onStick(stick: Stick | undefined): void;
};

export type Stick = {
  readonly from: { readonly x: number; readonly y: number };
  readonly to: { readonly x: number; readonly y: number };
};

const DASH_KEYS = new Set(["Space", "ShiftLeft", "ShiftRight"]);

/** Keyboard, mouse and fingers: WASD or arrows and space; a drag steers, a second finger or a click dashes. */
export class Controls {
  readonly #options: ControlsOptions;
  readonly #ending = new AbortController();
  readonly #down = new Set<string>();
  #drag: { readonly id: number; readonly from: Stick["from"] } | undefined;
  #last = STILL;

  constructor(options: ControlsOptions) {
    this.#options = options;
    const { signal } = this.#ending;
    addEventListener("keydown", (event) => this.#keyDown(event), { signal });
    addEventListener("keyup", (event) => this.#keyUp(event), { signal });
    addEventListener("click", letGoOfButton, { signal });
    // Keys that are let go elsewhere are never heard of.
    addEventListener("blur", () => this.#letGo(), { signal });
    const { surface } = options;
    surface.addEventListener("pointerdown", (event) => this.#pointerDown(event), { signal });
    surface.addEventListener("pointermove", (event) => this.#pointerMove(event), { signal });
    for (const type of ["pointerup", "pointercancel"] as const) {
      surface.addEventListener(type, (event) => this.#pointerUp(event), { signal });
    }
    surface.addEventListener("contextmenu", (event) => event.preventDefault(), { signal });
  }

  stop(): void {
    this.#ending.abort();
    this.#options.onStick(undefined);
  }

  #keyDown(event: KeyboardEvent): void {
    if (event.ctrlKey || event.metaKey || event.altKey || isTyping(event.target)) return;
    const isDash = DASH_KEYS.has(event.code);
    if (!isDash && !isSteeringKey(event.code)) return;
    // Space presses the button that has the focus: that is what it is for there.
    if (event.code === "Space" && event.target instanceof HTMLButtonElement) return;
    event.preventDefault();
    if (event.repeat) return;
    if (isDash) {
      this.#options.onDash();
      return;
    }
    this.#down.add(event.code);
    this.#steer(keysToDirection(this.#down));
  }

  #keyUp({ code }: KeyboardEvent): void {
    if (this.#down.delete(code)) this.#steer(keysToDirection(this.#down));
  }

  #letGo(): void {
    this.#down.clear();
    this.#endDrag();
  }

  #pointerDown(event: PointerEvent): void {
    event.preventDefault();
    if (this.#drag !== undefined) {
      this.#options.onDash();
      return;
    }
    const from = { x: event.clientX, y: event.clientY };
    this.#options.surface.setPointerCapture(event.pointerId);
    this.#drag = { id: event.pointerId, from };
    this.#options.onStick({ from, to: from });
  }

  #pointerMove({ pointerId, clientX: x, clientY: y }: PointerEvent): void {
    if (this.#drag?.id !== pointerId) return;
    const { from } = this.#drag;
    this.#options.onStick({ from, to: { x, y } });
    this.#steer(dragToDirection(x - from.x, y - from.y));
  }

  #pointerUp({ pointerId, clientX, clientY, pointerType }: PointerEvent): void {
    if (this.#drag?.id !== pointerId) return;
    const { from } = this.#drag;
    const isClick = Math.hypot(clientX - from.x, clientY - from.y) < 6;
    this.#endDrag();
    if (isClick && pointerType === "mouse") this.#options.onDash();
  }

  #endDrag(): void {
    this.#drag = undefined;
    this.#options.onStick(undefined);
    this.#steer(keysToDirection(this.#down));
  }

  #steer(direction: Direction): void {
    if (direction.dx === this.#last.dx && direction.dy === this.#last.dy) return;
    this.#last = direction;
    this.#options.onSteer(direction);
  }
}

/** A button that was clicked keeps the focus, and would be pressed again by the space that is to dash. Who uses keys keeps it. */
function letGoOfButton({ detail: clicks, target }: MouseEvent): void {
  const button = target instanceof Element ? target.closest("button") : null;
  if (clicks > 0) button?.blur();
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.closest("input, textarea, select, dialog") !== null;
}
