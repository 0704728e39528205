import { tally } from "@weft/game/testing";
import type { CodedError } from "@weft/protocol";
import type { GameServer } from "@weft/rooms";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { JoinedRoom, ProposedReport } from "../src/index.ts";
import { logIn, newPlayer, startServer } from "./startServer.ts";

const ADDITIONS = 5;

type TallyRoom = JoinedRoom<typeof tally>;

let server: GameServer;
let url: string;

beforeAll(async () => {
  // Somebody is not to sign; who does has time enough.
  const settings = { coSignGraceMs: 5000 };
  ({ server, url } = await startServer({ tally }, { settings }));
});
afterAll(() => server.stop());

/** Adds as often as there is time for in every round. @returns the sum of what was added, and the last action's number. */
async function play(room: TallyRoom, n: number) {
  await room.waitForState(({ playing }) => playing);
  const news = room.nextRound({ phase: ["reported", "void"] });
  let seq = 0;
  for (let count = 0; count < ADDITIONS; count++) {
    seq = room.act.add({ n }).seq;
    await room.waitForFinality(seq, "applied");
  }
  return { round: await news, sum: ADDITIONS * n, seq };
}

test("two players log in, play a round, one wins the crown, sells it, and the other buys it", async () => {
  const [alice, bob] = await Promise.all([newPlayer(url), newPlayer(url)]);
  expect(await alice.wallet.passes()).toEqual([alice.pass]);
  const sessions = await Promise.all([alice, bob].map(logIn));
  const rooms = await Promise.all(sessions.map((session) => session.join(tally)));
  const [aliceRoom, bobRoom] = rooms as [TallyRoom, TallyRoom];
  expect(aliceRoom.address).toBe(bobRoom.address);
  expect(aliceRoom.id).toBe(aliceRoom.colyseus.roomId);

  const [byAlice, byBob] = await Promise.all([play(aliceRoom, 9), play(bobRoom, 1)]);
  const { round } = byAlice;
  if (round.phase !== "reported") throw new Error(`no report: ${JSON.stringify(round)}`);
  expect(byBob.round).toEqual(round);
  expect(round).toMatchObject({ coSigned: 2, withheld: 0 });
  expect(aliceRoom.round).toEqual(round);
  const [minted] = round.minted;
  expect(round.minted).toEqual([
    { tokenId: expect.any(BigInt), to: alice.wallet.address, item: "crown" },
  ]);
  const sums = [
    { id: aliceRoom.sessionId, sum: byAlice.sum },
    { id: bobRoom.sessionId, sum: byBob.sum },
  ];
  const { results } = round as unknown as { results: { sums: typeof sums } };
  expect(results.sums.toSorted((a, b) => b.sum - a.sum)).toEqual(sums);
  await aliceRoom.waitForFinality(byAlice.seq, "sealed");
  await aliceRoom.waitForFinality(byAlice.seq, "sequenced");
  expect(aliceRoom.finalityOf(byAlice.seq)).toEqual({ level: "sequenced", sealed: true });

  await Promise.all(rooms.map((room) => room.leave()));
  expect(aliceRoom.status).toBe("left");

  const tokenId = minted?.tokenId ?? -1n;
  const { roundId } = round;
  expect(await alice.wallet.items()).toEqual([{ tokenId, item: "crown", roundId }]);
  const { listingId } = await alice.wallet.list({ tokenId, price: 5n });
  const [listing] = await bob.wallet.listings();
  expect(listing).toMatchObject({ listingId, tokenId, price: 5n, seller: alice.wallet.address });
  await expect(bob.wallet.buy({ listingId, price: 4n })).rejects.toMatchObject({
    code: "TRANSACTION_REFUSED",
    details: { errorName: "PriceMismatch" },
  });
  if (listing === undefined) throw new Error("it was listed");
  await bob.wallet.buy(listing);
  expect(await bob.wallet.items()).toEqual([{ tokenId, item: "crown", roundId }]);
  expect(await alice.wallet.items()).toEqual([]);
  expect(await alice.wallet.listings()).toEqual([]);

  await Promise.all(sessions.map((session) => session.logout()));
  await expect(sessions[0]?.join(tally)).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
});

test("a player can refuse a report: REPORT_REFUSED, and the others' prizes are safe up to the unsigned cap", async () => {
  const [carol, dave] = await Promise.all([newPlayer(url), newPlayer(url)]);
  const [first, second] = await Promise.all([carol, dave].map(logIn));
  if (first === undefined || second === undefined) throw new Error("both have logged in");
  const proposed: ProposedReport[] = [];
  const approveReport = (report: ProposedReport) => proposed.push(report) < 0;
  const carols = await first.join(tally);
  const daves = await second.join(tally, { roomId: carols.id, approveReport });
  const refused = new Promise<CodedError>((resolve) => daves.onError(resolve));
  const reported = carols.nextRound({ phase: ["reported", "void"] });
  await Promise.all([carols, daves].map((room) => room.waitForState(({ playing }) => playing)));
  carols.act.add({ n: 9 });
  daves.act.add({ n: 1 });
  expect(await refused).toMatchObject({ code: "REPORT_REFUSED" });
  const round = await reported;
  expect(round).toMatchObject({ phase: "reported", coSigned: 1, withheld: 0 });
  expect(proposed).toMatchObject([
    { roundId: round.roundId, room: daves.address, mints: [{ to: carol.wallet.address }] },
  ]);
  const [report] = proposed;
  expect(report?.lanes.map(({ sessionId }) => sessionId)).toEqual([first.id, second.id]);
  await Promise.all([carols.leave(), daves.leave()]);
});
