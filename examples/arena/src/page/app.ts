import type { WeftClient } from "@weft/client-sdk";
import { render } from "lit-html";
import { arena } from "../game/arena.ts";
import { Controls } from "./controls/controls.ts";
import { type Described, describeError } from "./describeError.ts";
import { countdownOf } from "./game/clock.ts";
import { Play } from "./game/play.ts";
import { Market } from "./market/market.ts";
import { forgetPlayer, keepPlayer, restorePlayer } from "./player/keptPlayer.ts";
import { type LogInProgress, logIn } from "./player/logIn.ts";
import type { Player, WalletKind } from "./player/player.ts";
import { Attract } from "./scene/attract.ts";
import type { Covered } from "./scene/camera.ts";
import { Scene } from "./scene/scene.ts";
import type { SceneEvent } from "./scene/sceneEvents.ts";
import { Sounds } from "./sound/sounds.ts";
import { appView } from "./views/appView.ts";
import { moveStick } from "./views/stick.ts";

/** What is being shown. */
export type Screen =
  | { readonly name: "home" }
  | {
      readonly name: "entering";
      readonly kind: WalletKind | "again";
      progress: LogInProgress | "room";
    }
  | { readonly name: "playing"; readonly play: Play };

/** What the page's head and, on wide screens, its column cover of the picture: as the style sheets have it. */
const HEAD_PX = 60;
const COLUMN_PX = 232;
const WIDE_PX = 1000;
const UNCOVERED: Covered = { top: 0, right: 0 };
/** What is behind the page is drawn this often while the machine has other things to do. */
const BUSY_FRAME_MS = 100;

/** The page: who plays, what is shown, and what the buttons do. */
export class App {
  readonly client: WeftClient;
  readonly sounds = new Sounds();
  screen: Screen = { name: "home" };
  error: Described | undefined;
  market: Market | undefined;
  isMarketOpen = false;
  /** Where the ledger of what is played can be looked at. */
  explorerUrl = "";
  /** The round whose results were put away. */
  dismissed = "";
  /** For who hears the page. */
  announcement = "";
  readonly #scene: Scene;
  readonly #canvas: HTMLCanvasElement;
  readonly #root: HTMLElement;
  readonly #attract = new Attract(Math.floor(Math.random() * 1_000_000));
  readonly #calm = matchMedia("(prefers-reduced-motion: reduce)");
  #controls: Controls | undefined;
  #entering: AbortController | undefined;
  #isDirty = true;
  #countdown = 0;
  #attractDueMs = 0;
  #prizeHeard = "";

  /** @throws PageError CANVAS_MISSING */
  constructor(client: WeftClient, canvas: HTMLCanvasElement, root: HTMLElement) {
    this.client = client;
    this.#canvas = canvas;
    this.#root = root;
    this.#scene = new Scene(canvas, () => this.#calm.matches);
    requestAnimationFrame((nowMs) => this.#frame(nowMs));
  }

  /** Goes on where a reloaded page was, if there is anything to go on with. */
  async resume(): Promise<void> {
    const restored = await restorePlayer(this.client);
    if (restored === undefined || this.screen.name !== "home") return;
    await this.#enter("again", async () => restored);
  }

  async enter(kind: WalletKind): Promise<void> {
    this.sounds.unlock();
    await this.#enter(kind, async (signal) => {
      const onProgress = (progress: LogInProgress) => this.#progress(progress);
      const player = await logIn({ client: this.client, kind, signal, onProgress });
      return { player, roomId: undefined };
    });
  }

  cancelEntering(): void {
    this.#entering?.abort();
  }

  async leave(): Promise<void> {
    if (this.screen.name !== "playing") return;
    const { player } = this.screen.play;
    await forgetPlayer();
    await this.screen.play.leave();
    // The session goes with it; a server that is gone has none.
    await player.session.logout().catch(() => {});
  }

  openMarket(): void {
    this.isMarketOpen = true;
    this.redraw();
    void this.market?.refresh();
  }

  closeMarket(): void {
    this.isMarketOpen = false;
    this.redraw();
  }

  dismissResults(roundId: string): void {
    this.dismissed = roundId;
    this.redraw();
  }

  dash(): void {
    if (this.screen.name === "playing") this.screen.play.dash();
  }

  toggleSound(): void {
    this.sounds.unlock();
    this.sounds.toggle();
    this.redraw();
  }

  redraw(): void {
    this.#isDirty = true;
  }

  async #enter(
    kind: WalletKind | "again",
    find: (signal: AbortSignal) => Promise<{ player: Player; roomId: string | undefined }>,
  ): Promise<void> {
    if (this.screen.name !== "home") return;
    this.error = undefined;
    this.#entering = new AbortController();
    const { signal } = this.#entering;
    const progress = kind === "again" ? "room" : ({ step: "wallet", share: 0 } as const);
    this.screen = { name: "entering", kind, progress };
    this.redraw();
    try {
      const { player, roomId } = await find(signal);
      signal.throwIfAborted();
      this.#progress("room");
      await this.#play(player, roomId, signal);
    } catch (error) {
      if (!signal.aborted) this.error = describeError(error);
      await forgetPlayer();
      this.screen = { name: "home" };
      this.redraw();
    }
  }

  #progress(progress: LogInProgress | "room"): void {
    if (this.screen.name === "entering") this.screen.progress = progress;
    this.redraw();
  }

  async #play(player: Player, roomId: string | undefined, signal: AbortSignal): Promise<void> {
    const { session } = player;
    // A room that is gone meanwhile isn't worth an error.
    const again = roomId === undefined ? undefined : session.join(arena, { roomId });
    const room = (await again?.catch(() => undefined)) ?? (await session.join(arena));
    if (signal.aborted) {
      await room.leave();
      signal.throwIfAborted();
    }
    await keepPlayer(player, room.id);
    this.explorerUrl = await explorerUrlOf(this.client);
    const play = new Play(player, room, {
      onChange: () => this.redraw(),
      onEvent: (event) => this.#show(event, play),
      onOver: (why) => this.#over(why),
    });
    this.market = new Market(this.client, player.purse, () => this.redraw());
    void this.market.refresh();
    this.#controls = new Controls({
      surface: this.#canvas,
      onSteer: (direction) => play.steer(direction),
      onDash: () => play.dash(),
      onStick: (stick) => moveStick(this.#root, stick),
    });
    this.screen = { name: "playing", play };
    this.announcement = "You are in the arena.";
    this.redraw();
  }

  #show(event: SceneEvent, play: Play): void {
    this.#scene.show(event, play.state, play.me);
    this.sounds.hear(event, play.me);
    if (event.type !== "phase") return;
    if (event.phase === "countdown") this.announcement = "A round begins.";
    if (event.phase === "playing") this.announcement = "Go!";
    if (event.phase === "over") this.announcement = "Time is up.";
    this.redraw();
  }

  #over(why: Described | undefined): void {
    this.#controls?.stop();
    this.#controls = undefined;
    this.screen = { name: "home" };
    this.isMarketOpen = false;
    this.market = undefined;
    this.error = why;
    this.redraw();
  }

  #frame(nowMs: number): void {
    requestAnimationFrame((next) => this.#frame(next));
    if (this.screen.name === "playing") {
      const { play } = this.screen;
      play.update(nowMs);
      const covered = { top: HEAD_PX, right: innerWidth >= WIDE_PX ? COLUMN_PX : 0 };
      this.#scene.draw({ state: play.state, me: play.me, nowMs, covered });
      this.#hearClock(play);
    } else if (nowMs >= this.#attractDueMs) {
      if (!this.#calm.matches) this.#attract.update(nowMs);
      const { state } = this.#attract;
      this.#scene.draw({ state, me: undefined, nowMs, covered: UNCOVERED });
      // Proving wants the cores for itself.
      const isBusy = this.screen.name === "entering" || this.#calm.matches;
      this.#attractDueMs = isBusy ? nowMs + BUSY_FRAME_MS : 0;
    }
    if (!this.#isDirty) return;
    this.#isDirty = false;
    render(appView(this), this.#root);
    this.#showDialog();
  }

  /** Counts down aloud, and rings for a prize. */
  #hearClock({ state, round, player }: Play): void {
    const countdown = countdownOf(state);
    if (countdown !== this.#countdown && countdown > 0) this.sounds.play("tick");
    this.#countdown = countdown;
    if (round?.phase !== "reported" || round.roundId === this.#prizeHeard) return;
    this.#prizeHeard = round.roundId;
    const won = round.minted.filter(({ to }) => to === player.session.payout);
    if (won.length === 0) return;
    this.sounds.play("prize");
    this.announcement = `You have won: ${won.map(({ item }) => item).join(", ")}.`;
    void this.market?.refresh();
  }

  /** A dialog is modal only when it is opened by its method. */
  #showDialog(): void {
    const dialog = this.#root.querySelector("dialog");
    if (dialog === null || dialog.open === this.isMarketOpen) return;
    if (this.isMarketOpen) dialog.showModal();
    else dialog.close();
  }
}

/** Every node has an explorer beside its JSON-RPC. */
async function explorerUrlOf(client: WeftClient): Promise<string> {
  const { fast } = await client.chains();
  return new URL("explorer", fast.rpcUrls.default.http[0]).href;
}
