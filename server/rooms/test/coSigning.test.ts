import { decodeCoSignRequest, encodeCoSignature, Message } from "@weft/protocol";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { DropCode } from "../src/errors.ts";
import { MAX_BAD_MESSAGES } from "../src/limits.ts";
import type { RoomSettings } from "../src/types.ts";
import { RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

let test1: TestServer;
let players: RawPlayer[];
let rooms: [RawRoom, RawRoom, RawRoom];

/** One server for several tests: each has a round of its own, in a room of its own. */
function serveWith(settings: Partial<RoomSettings> = {}): void {
  beforeAll(async () => {
    const game = createTally({ seconds: 60, minPlayers: 3, maxMints: 2, prizes: 2 });
    test1 = await startServer({
      games: { tally: game },
      settings: { startDelayMs: 0, ...settings },
    });
    players = await Promise.all([1, 2, 3].map(() => RawPlayer.create(test1.url)));
  });
  afterAll(() => test1?.server.stop());

  /** Three players in a round for two prizes; two of them make a quorum. */
  beforeEach(async () => {
    const joined: RawRoom[] = [];
    for (const player of players) joined.push(await player.join(joined[0]?.room.roomId));
    rooms = joined as typeof rooms;
    await test1.round("opened", rooms[0].room.roomId);
  });
  afterEach(async () => {
    const isIn = ({ received }: RawRoom) => received.every(({ type }) => type !== "left");
    await Promise.all(rooms.filter(isIn).map((room) => room.leave()));
    await expect.poll(() => test1.server.rooms()).toEqual([]);
  });
}

const reportedRound = () => test1.round("reported", rooms[0].room.roomId);

function finish(room: RawRoom): void {
  room.act("add", { by: 3 });
  room.act("finish", null);
  room.seal();
}

describe("as long as it takes", () => {
  serveWith();

  test("everybody signs: all prizes, without waiting", async () => {
    finish(rooms[0]);
    const { roundId, head } = await rooms[0].next("sealRequest");
    const reported = await reportedRound();
    expect(reported).toMatchObject({ roundId, coSigned: 3, withheld: 0 });
    expect(reported.minted).toHaveLength(2);
    expect(head).toEqual(rooms[0].head);
    const request = decodeCoSignRequest(await rooms[1].next("coSignRequest"));
    expect(request.report).toEqual(reported.report);
    expect(request.lanes).toEqual([{ sessionId: rooms[0].player.sessionId, head }]);
    const news = await rooms[2].next("round", ({ phase }) => phase === "reported");
    expect(news).toMatchObject({ coSigned: 3, withheld: 0 });
  });

  test("who leaves instead of signing isn't waited for", async () => {
    rooms[2].coSignsOnRequest = false;
    finish(rooms[0]);
    await rooms[2].next("coSignRequest");
    await rooms[2].leave();
    expect(await reportedRound()).toMatchObject({ coSigned: 2 });
  });

  test("garbage, and a signature of another report: refused by code, and the right one still counts", async () => {
    const [first, second] = rooms;
    first.coSignsOnRequest = false;
    second.coSignsOnRequest = false;
    finish(first);
    const { report } = decodeCoSignRequest(await first.next("coSignRequest"));
    const { roundId } = report;
    first.sendCoSignature(Uint8Array.of(1, 2, 3));
    first.room.send(Message.coSignature, { not: "bytes" });
    expect(await first.refusal("CO_SIGNATURE_MALFORMED")).toBeDefined();
    first.sendCoSignature(encodeCoSignature({ roundId, signature: new Uint8Array(64) }));
    expect(await first.refusal("CO_SIGNATURE_INVALID")).toBeDefined();
    const mints = report.mints.map((mint) => ({ ...mint, to: second.player.address }));
    second.coSign({ ...report, mints });
    expect(await second.refusal("CO_SIGNATURE_INVALID")).toBeDefined();
    first.coSign({ ...report, roundId: report.actionsRoot });
    expect(await first.refusal("CO_SIGNATURE_LATE")).toBeDefined();
    first.coSign(report);
    second.coSign(report);
    expect(await reportedRound()).toMatchObject({ coSigned: 3, withheld: 0 });
  });

  test("nothing but bad ones: the client is dropped, and the others get their prizes", async () => {
    const [, , bad] = rooms;
    bad.coSignsOnRequest = false;
    finish(rooms[0]);
    await bad.next("coSignRequest");
    for (let i = 0; i < MAX_BAD_MESSAGES; i++) bad.sendCoSignature(Uint8Array.of(i));
    expect(await bad.next("left")).toBe(DropCode.misbehaved);
    expect(await reportedRound()).toMatchObject({ coSigned: 2, withheld: 0 });
  });

  test("before there is a report, a co-signature is late, and nothing else happens", async () => {
    const roundId = (await test1.round("opened", rooms[0].room.roomId)).roundId;
    rooms[0].sendCoSignature(encodeCoSignature({ roundId, signature: new Uint8Array(64) }));
    expect(await rooms[0].refusal("CO_SIGNATURE_LATE")).toBeDefined();
  });

  test("who reconnects is asked again, and isn't left out", async () => {
    const [first, lost] = rooms;
    lost.coSignsOnRequest = false;
    finish(first);
    await lost.next("coSignRequest");
    const before = lost.received.length;
    lost.coSignsOnRequest = true;
    lost.room.connection.close(4010);
    expect(await reportedRound()).toMatchObject({ coSigned: 3 });
    const again = lost.received.slice(before).map(({ type }) => type);
    expect(again.slice(0, 4)).toEqual(["welcome", "round", "sealRequest", "coSignRequest"]);
  });

  test("a server that stops waits for nobody's signature", async () => {
    rooms[1].coSignsOnRequest = false;
    finish(rooms[0]);
    await rooms[1].next("coSignRequest");
    await test1.server.stop();
    // Whose signature had arrived by then is a matter of luck.
    const { coSigned } = await reportedRound();
    expect(coSigned).toBeLessThan(3);
  });
});

describe("as long as is allowed", () => {
  serveWith({ coSignGraceMs: 2000 });

  test("who never signs costs the time that is allowed, and nobody a prize, with a quorum", async () => {
    rooms[1].coSignsOnRequest = false;
    finish(rooms[0]);
    const reported = await reportedRound();
    expect(reported).toMatchObject({ coSigned: 2, withheld: 0 });
    expect(rooms[1].received.filter(({ type }) => type === "left")).toEqual([]);
  });

  test("without a quorum the first prizes are minted, and the rest is withheld", async () => {
    rooms[0].coSignsOnRequest = rooms[2].coSignsOnRequest = false;
    finish(rooms[0]);
    const reported = await reportedRound();
    expect(reported).toMatchObject({ coSigned: 1, withheld: 1 });
    expect(reported.minted).toMatchObject([{ to: rooms[0].player.address }]);
  });
});
