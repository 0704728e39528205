import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { type HoldAt, type ProcessMessage, ServerProcess } from "./serverProcess.ts";

/** Starting a server takes seconds where many other things run; no test waits for it to pass. */
const PROCESS_TIMEOUT_MS = 600_000;

let server: ServerProcess;
beforeAll(async () => {
  server = await ServerProcess.start({
    game: { seconds: 600, minPlayers: 2, maxPlayers: 2 },
    standby: true,
  });
}, PROCESS_TIMEOUT_MS);
afterAll(() => server?.remove());

/** The next pair is to have a room of its own. */
async function roomsClosed(): Promise<void> {
  await expect.poll(() => server.ask("rooms")).toEqual([]);
}

/** Two players in a room of their own, of whom the first counts higher. */
class Pair {
  readonly #players: readonly RawPlayer[];
  #rooms: readonly RawRoom[];

  static async join(): Promise<Pair> {
    const players = [
      await RawPlayer.create(server.url),
      await RawPlayer.create(server.url),
    ] as const;
    const first = await players[0].join();
    const second = await players[1].join(first.room.roomId);
    return new Pair(players, [first, second]);
  }

  private constructor(players: readonly RawPlayer[], rooms: readonly RawRoom[]) {
    this.#players = players;
    this.#rooms = rooms;
  }

  get rooms(): readonly RawRoom[] {
    return this.#rooms;
  }

  async comeBack(): Promise<void> {
    const before = this.#rooms;
    this.letGo();
    this.#rooms = await Promise.all(
      this.#players.map((player, i) => {
        const { room, lane } = before[i] as RawRoom;
        return player.resume(room.roomId, lane);
      }),
    );
  }

  /** Ends what Colyseus's SDK would try by itself. */
  letGo(): void {
    for (const { room } of this.#rooms) room.reconnection.enabled = false;
  }

  /** Counts, then ends the round. */
  play(): void {
    const [first, second] = this.#rooms as [RawRoom, RawRoom];
    second.act("add", { by: 1 });
    first.act("add", { by: 5 });
    first.act("finish", null);
  }

  /** The first news of a round of this room that has come this far. */
  round(phase: string) {
    const roomId = this.#rooms[0]?.room.roomId;
    return server.next("round", (round) => round.phase === phase && round.roomId === roomId);
  }

  /** Ids of the rounds that were told of. */
  rounds(phase: string): readonly string[] {
    const roomId = this.#rooms[0]?.room.roomId;
    const isMeant = (one: ProcessMessage) =>
      one.type === "round" && one.phase === phase && one.roomId === roomId;
    return server.heard.flatMap((one) =>
      isMeant(one) && one.type === "round" ? [one.roundId] : [],
    );
  }

  async leave(): Promise<void> {
    await Promise.all(this.#rooms.map((room) => room.leave()));
    await roomsClosed();
  }
}

/** Everybody hears of the round's report, and it has minted `prizes`: no more, no less. */
async function expectReported(pair: Pair, roundId: string, prizes = 1) {
  const reported = await pair.round("reported");
  expect(reported).toMatchObject({ roundId, minted: prizes, withheld: 0 });
  for (const room of pair.rooms) {
    expect(await room.next("round", ({ phase }) => phase === "reported")).toMatchObject({
      roundId,
    });
  }
  expect(await mintedIn(roundId)).toBe(prizes);
  expect(pair.rounds("void")).toEqual([]);
}

async function mintedIn(roundId: string): Promise<number> {
  const rounds = (await server.ask("items")) as readonly string[];
  return rounds.filter((id) => id === roundId).length;
}

describe("a round of a server that is killed", { timeout: PROCESS_TIMEOUT_MS }, () => {
  test.each([
    ["before the ZK chain has heard of it", { call: "openRound", when: "before" }],
    ["when only the ZK chain has", { call: "openRound", when: "after" }],
  ] satisfies [string, HoldAt][])("at its opening, %s, opens, and is that round", async (_, at) => {
    const held = server.hold(at);
    const pair = await Pair.join();
    await held;
    expect(pair.rounds("opened")).toEqual([]);
    await server.restart();
    await pair.comeBack();
    const { roundId } = await pair.round("opened");
    pair.play();
    await expectReported(pair, roundId);
    await pair.leave();
  });

  test("while it is played goes on, with all that was on disk", async () => {
    const pair = await Pair.join();
    const { roundId } = await pair.round("opened");
    const [first] = pair.rooms as [RawRoom, RawRoom];
    first.act("add", { by: 3 });
    const { seq } = first.head;
    await first.next("finality", ({ sequenced }) => sequenced >= seq);
    await server.restart();
    await pair.comeBack();
    expect(pair.rooms[0]?.head).toEqual(first.head);
    pair.play();
    await expectReported(pair, roundId);
    expect(pair.rounds("opened")[0]).toBe(roundId);
    await pair.leave();
  });

  /** Plays until the round's end is on disk, and nobody has sealed. */
  async function playUntilSealing(): Promise<{ pair: Pair; roundId: string }> {
    const pair = await Pair.join();
    const { roundId } = await pair.round("opened");
    for (const room of pair.rooms) room.sealsOnRequest = false;
    pair.play();
    const [first] = pair.rooms as [RawRoom, RawRoom];
    await first.next("sealRequest");
    const seq = first.act("add", { by: 1 });
    await first.next("finality", ({ sequenced }) => sequenced >= seq);
    return { pair, roundId };
  }

  test("while it waits for seals asks for them again, and reports", async () => {
    const { pair, roundId } = await playUntilSealing();
    await server.restart();
    await pair.comeBack();
    await expectReported(pair, roundId);
    await pair.leave();
  });

  test("while it waits for seals, and whose players don't come back, is reported without them", async () => {
    const { pair, roundId } = await playUntilSealing();
    pair.letGo();
    await server.restart({ settings: { sealGraceMs: 0, reconnectionSeconds: 1 } });
    const reported = await pair.round("reported");
    expect(reported).toMatchObject({ roundId, minted: 0 });
    expect(await mintedIn(roundId)).toBe(0);
    await roomsClosed();
    await server.restart({ settings: {} });
  });

  test.each([
    ["before the ZK chain has it", { call: "report", when: "before" }],
    ["when only the ZK chain knows that it has it", { call: "report", when: "after" }],
  ] satisfies [string, HoldAt][])("at its report, %s, mints its prizes once", async (_, at) => {
    const pair = await Pair.join();
    const { roundId } = await pair.round("opened");
    const held = server.hold(at);
    pair.play();
    await held;
    expect(pair.rounds("reported")).toEqual([]);
    await server.restart();
    await pair.comeBack();
    await expectReported(pair, roundId);
    await pair.leave();
  });
});
