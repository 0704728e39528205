import { createClient, type JoinedRoom } from "@weft/client-sdk";
import { createTally } from "@weft/rooms/testing";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { assertHolds } from "./holds.ts";
import type { Random } from "./random.ts";

/** Short rounds, so that all of their phases are hit. */
export const GAME_OPTIONS = { seconds: 2, maxMints: 1, maxPlayers: 2 } as const;
export const faultGame = createTally(GAME_OPTIONS);

/** Pause between two bursts of actions, and the actions of one. */
const MAX_PAUSE_MS = 60;
const MAX_BURST = 3;
/** While the server is away, what wasn't sent must not grow without end. */
const MAX_WAITING = 1000;
/**
 * What is said of a connection that breaks; of actions after a round's end, which have no effect; and on a machine that is
 * so busy that a player took too long to co-sign.
 */
const EXPECTED_ERRORS = new Set(["CONNECTION_ERROR", "ROUND_OVER", "CO_SIGNATURE_LATE"]);

/** Counts up by one, again and again, and holds what it is told against what it did. */
export class FaultPlayer {
  readonly #room: JoinedRoom<typeof faultGame>;
  readonly #wrong: string[] = [];
  /** Actions so far: each has its number. */
  sent = 0;
  comebacks = 0;
  #sequenced = 0;
  #timer: NodeJS.Timeout | undefined;
  #isLeaving = false;

  static async join(url: string, random: Random, roomId?: string): Promise<FaultPlayer> {
    const client = createClient({ url });
    const wallet = privateKeyToAccount(generatePrivateKey());
    const { pass } = await client.faucet(wallet.address);
    const session = await client.login({ wallet, pass, game: faultGame });
    const room = await session.join(faultGame, {
      ...(roomId === undefined ? {} : { roomId }),
      // Some seal often, some seldom.
      sealIntervalMs: 200 + random.below(800),
    });
    return new FaultPlayer(room);
  }

  private constructor(room: JoinedRoom<typeof faultGame>) {
    this.#room = room;
    room.onFinality(({ sequenced, applied }) => {
      this.#expect(sequenced >= this.#sequenced, `what was sequenced stays so: ${sequenced}`);
      this.#expect(applied <= this.sent, `nothing is applied that wasn't sent: ${applied}`);
      this.#sequenced = Math.max(this.#sequenced, sequenced);
    });
    room.onStateChange(() => {
      this.#expect(this.#count <= this.sent, `no action counts twice: ${this.#count}`);
      const additions = room.state.additions.map((addition) => addition?.by);
      this.#expect(
        additions.every((by) => by === 1),
        `the state is what the room has: ${additions}`,
      );
    });
    room.onStatus((status) => {
      if (status === "open") this.comebacks++;
    });
    room.onError(({ code, message }) => {
      this.#expect(EXPECTED_ERRORS.has(code), `nobody is told ${code}: ${message}`);
    });
    room.onLeave(({ code, reason }) => {
      this.#expect(this.#isLeaving, `nobody loses the place: ${code} ${reason}`);
    });
  }

  get roomId(): string {
    return this.#room.id;
  }

  /** Whether there was a round in the room: then some actions came after its end. */
  get playsRounds(): boolean {
    return this.#room.round !== undefined;
  }

  /** What the room says that this player has counted up to. */
  get #count(): number {
    return this.#room.state.counts.get(this.#room.sessionId) ?? 0;
  }

  /** Acts until `stop`. */
  play(random: Random): void {
    const { status } = this.#room;
    const burst = 1 + random.below(MAX_BURST);
    const isBehind = this.sent - this.#sequenced > MAX_WAITING;
    if (status !== "left" && !isBehind) for (let i = 0; i < burst; i++) this.#act();
    this.#timer = setTimeout(() => this.play(random), random.below(MAX_PAUSE_MS));
  }

  #act(): void {
    const { seq } = this.#room.act.add({ by: 1 });
    this.sent++;
    this.#expect(seq === this.sent, `actions are numbered without gaps: ${seq}`);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Resolves when something that isn't done yet is on disk. */
  async nextSequenced(): Promise<void> {
    this.assertClean();
    await this.#room.waitForFinality(this.sent + 1, "sequenced");
    this.assertClean();
  }

  async allSequenced(): Promise<void> {
    await this.#room.waitForFinality(this.sent, "sequenced");
  }

  async allCounted(): Promise<void> {
    await this.#room.waitForState(() => this.#count === this.sent);
    this.assertClean();
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#room.leave();
  }

  /** @throws Error with what was wrong first */
  assertClean(): void {
    const [first] = this.#wrong;
    assertHolds(first === undefined, first ?? "");
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) this.#wrong.push(`${what}, lane ${this.#room.lane}, ${this.sent} sent`);
  }
}
