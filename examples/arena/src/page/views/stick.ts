import type { Stick } from "../controls/controls.ts";

const REACH = 46;

/** Shows where a finger steers, by hand: it moves more often than the page is drawn. */
export function moveStick(root: HTMLElement, stick: Stick | undefined): void {
  const element = root.querySelector<HTMLElement>("#stick");
  const knob = element?.querySelector<HTMLElement>("span");
  if (!element || !knob) return;
  element.hidden = stick === undefined;
  if (stick === undefined) return;
  const [dx, dy] = [stick.to.x - stick.from.x, stick.to.y - stick.from.y];
  const share = Math.min(1, REACH / Math.max(1, Math.hypot(dx, dy)));
  element.style.transform = `translate(${stick.from.x}px, ${stick.from.y}px)`;
  knob.style.transform = `translate(${dx * share}px, ${dy * share}px)`;
}
