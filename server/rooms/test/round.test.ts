import { gameItemsAbi } from "@weft/contracts";
import { programsOf } from "@weft/game";
import { verifyLedger } from "@weft/node";
import { decodeValue } from "@weft/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { RawPlayer, type RawRoom } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

const game = createTally({ seconds: 600, minPlayers: 2 });
let test1: TestServer;

beforeAll(async () => {
  test1 = await startServer({ games: { tally: game }, settings: { startDelayMs: 50 } });
});
afterAll(() => test1?.server.stop());

describe("a round, from its opening to its prizes", () => {
  const rooms: RawRoom[] = [];

  test("two players join the same room and are welcomed", async () => {
    for (let i = 0; i < 2; i++) {
      const player = await RawPlayer.create(test1.url);
      rooms.push(await player.join());
    }
    const [first, second] = rooms as [RawRoom, RawRoom];
    expect(first.room.roomId).toBe(second.room.roomId);
    expect(first.head.seq).toBe(0);
    expect(test1.server.rooms()).toMatchObject([{ game: "tally", players: 2 }]);
  });

  test("the round opens on both chains, with its cap", async () => {
    const opened = await test1.round("opened");
    expect(opened).toMatchObject({ cap: 2, players: 2 });
    for (const room of rooms) {
      const news = await room.next("round", ({ phase }) => phase === "opened");
      expect(news.roundId).toBe(opened.roundId);
    }
  });

  test("frames are applied, sequenced and sealed", async () => {
    const [first, second] = rooms as [RawRoom, RawRoom];
    for (let i = 0; i < 5; i++) first.act("add", { by: 2 });
    second.act("add", { by: 3 });
    first.seal();
    const finality = await first.next(
      "finality",
      ({ sealed, sequenced }) => sealed === 5 && sequenced === 5,
    );
    expect(finality).toMatchObject({ applied: 5, sequenced: 5, sealed: 5 });
    expect(finality.height).toBeGreaterThan(0);
  });

  test("the report mints within the cap, and everybody hears of it", async () => {
    const [first, second] = rooms as [RawRoom, RawRoom];
    first.act("finish", null);
    const reported = await test1.round("reported");
    expect(reported.minted).toHaveLength(1);
    expect(reported.minted[0]).toMatchObject({ to: first.player.address, item: "crown" });
    expect(reported.report.actions).toBe(7);
    expect(reported).toMatchObject({ coSigned: 2, withheld: 0 });
    const owner = await test1.server.node.zkClient.readContract({
      address: test1.server.node.contracts.gameItems,
      abi: gameItemsAbi,
      functionName: "ownerOf",
      args: [reported.minted[0]?.tokenId ?? 0n],
    });
    expect(owner.toLowerCase()).toBe(first.player.address);
    const news = await second.next("round", ({ phase }) => phase === "reported");
    if (news.phase !== "reported") throw new Error("not reported");
    expect(decodeValue(news.results)).toEqual([
      { id: first.player.sessionId, count: 10 },
      { id: second.player.sessionId, count: 3 },
    ]);
    expect(news.minted).toEqual([
      { tokenId: String(reported.minted[0]?.tokenId), to: first.player.address, item: "crown" },
    ]);
  });

  test("a second report of the round is refused by name", async () => {
    const { report } = await test1.round("reported");
    const { RoundReports } = await import("../src/round/roundReports.ts");
    const reports = new RoundReports(test1.server.node, async () => {});
    const again = { report, players: [], coSignatures: [] };
    await expect(reports.report(again)).rejects.toMatchObject({
      code: "REPORT_REFUSED",
      details: { errorName: "RoundAlreadyReported" },
    });
  });

  test("the ledger replays to the same states and the same report", async () => {
    for (const room of rooms) await room.leave();
    const { ledger, fastChainId, zkChainId } = test1.server.node;
    const programs = programsOf([game]);
    const { heights } = await verifyLedger({ ledger, fastChainId, zkChainId, programs });
    expect(heights).toBeGreaterThan(10);
  });
});
