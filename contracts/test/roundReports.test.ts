import { chainId } from "@weft/protocol";
import {
  type Address,
  encodePacked,
  keccak256,
  numberToHex,
  pad,
  parseEventLogs,
  zeroAddress,
  zeroHash,
} from "viem";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { gameItemsAbi, roundReportsAbi } from "../index.ts";
import { hashReportArgs, MAX_CO_SIGNATURES, MAX_PLAYERS_PER_ROUND } from "../roundReport.ts";
import { expectRevert } from "./support/expectRevert.ts";
import {
  crown,
  game,
  registration,
  reportOf,
  roundActions,
  roundId,
  status,
} from "./support/roundActions.ts";
import { coSign, createPlayers } from "./support/roundPlayers.ts";
import { accounts } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { owner, operator, alice, bob } = accounts;

const running = useTestChain();
let rounds: ReturnType<typeof roundActions>;
beforeAll(() => {
  rounds = roundActions(running());
});
beforeEach(() => rounds.register({ capWithoutQuorum: 3 }));

describe("registerGame", () => {
  const simulate = (change: Partial<typeof registration>, account: Address = owner) =>
    rounds.simulate.registerGame([game, { ...registration, ...change }], { account });

  test("sets a game's operator and caps, and changes them", async () => {
    const other = { operator: bob, maxCap: 2, capWithoutQuorum: 0, mintsPerDay: 7 };
    const { logs } = await rounds.register(other);
    const [event] = parseEventLogs({ abi: roundReportsAbi, logs, eventName: "GameRegistered" });
    expect(event?.args).toEqual({ game, ...other });
    expect(await rounds.read.gameOf([game])).toEqual(other);
    expect(await rounds.read.mintsLeftToday([game])).toBe(7n);
  });

  test("is the owner's: OwnableUnauthorizedAccount", async () => {
    await expectRevert(simulate({}, operator), "OwnableUnauthorizedAccount", [operator]);
  });

  test("needs an operator: InvalidOperator", async () => {
    await expectRevert(simulate({ operator: zeroAddress }), "InvalidOperator", [zeroAddress]);
  });

  test("keeps reports within one transaction: CapAboveMaximum", async () => {
    const largest = await rounds.read.MAX_MINTS_PER_ROUND();
    const call = simulate({ maxCap: largest + 1 });
    await expectRevert(call, "CapAboveMaximum", [BigInt(largest), BigInt(largest) + 1n]);
  });

  test("allows no more without a quorum than with one: CapAboveMaximum", async () => {
    const call = simulate({ maxCap: 2, capWithoutQuorum: 3 });
    await expectRevert(call, "CapAboveMaximum", [2n, 3n]);
  });
});

describe("openRound", () => {
  const simulate = async (
    change: { game?: `0x${string}`; cap?: number; deadline?: bigint; players?: `0x${string}`[] },
    account: Address = operator,
  ) => {
    const round = { game, cap: 1, deadline: await rounds.deadline(), players: rounds.ids };
    const { game: of, cap, deadline, players } = { ...round, ...change };
    return rounds.simulate.openRound([roundId, of, cap, deadline, players], { account });
  };

  test("registers the round's caps, deadline and players", async () => {
    const { client } = running();
    const deadline = await rounds.open({ cap: 2 });
    const playersHash = keccak256(encodePacked(["bytes32[]"], [rounds.ids]));
    expect(await rounds.read.round([roundId])).toEqual({
      game,
      reportHash: zeroHash,
      playersHash,
      deadline,
      coSigners: 0n,
      cap: 2,
      capWithoutQuorum: 3,
      minted: 0,
      players: 5,
      coSigned: 0,
      status: status.open,
      reporter: zeroAddress,
    });
    const [event] = await client.getContractEvents({
      abi: roundReportsAbi,
      address: rounds.address,
      eventName: "RoundOpened",
    });
    expect(event?.args).toEqual({ roundId, game, cap: 2, deadline, players: 5 });
  });

  test("needs a registered game: GameNotRegistered", async () => {
    const other = pad("0x0b");
    await expectRevert(simulate({ game: other }), "GameNotRegistered", [other]);
  });

  test("is the operator's: NotOperator", async () => {
    await expectRevert(simulate({}, owner), "NotOperator", [game, owner]);
  });

  test("keeps to the game's maximum: CapAboveMaximum", async () => {
    await expectRevert(simulate({ cap: 4 }), "CapAboveMaximum", [3n, 4n]);
  });

  test("needs time to play: DeadlineInPast", async () => {
    const { timestamp } = await running().client.getBlock();
    await expectRevert(simulate({ deadline: timestamp }), "DeadlineInPast");
  });

  test("needs players, and not too many: InvalidPlayerCount", async () => {
    const most = Number(await rounds.read.MAX_PLAYERS_PER_ROUND());
    const players = createPlayers(most + 1).map(({ id }) => id);
    await expectRevert(simulate({ players: [] }), "InvalidPlayerCount", [0n]);
    await expectRevert(simulate({ players }), "InvalidPlayerCount", [BigInt(most) + 1n]);
    await simulate({ players: players.slice(1) });
  });

  test("has nobody among its players twice: PlayersNotAscending", async () => {
    const [first = "0x", second = "0x"] = rounds.ids;
    const twice = simulate({ players: [first, second, second] });
    await expectRevert(twice, "PlayersNotAscending", [2n]);
    await expectRevert(simulate({ players: [second, first] }), "PlayersNotAscending", [1n]);
  });

  test("takes an id once, reported or not: RoundAlreadyOpen", async () => {
    await rounds.open();
    await expectRevert(simulate({}), "RoundAlreadyOpen", [roundId]);
    await rounds.report(reportOf([]));
    await expectRevert(simulate({}), "RoundAlreadyOpen", [roundId]);
  });
});

describe("report", () => {
  test("mints up to the cap, and says what was reported", async () => {
    const deadline = await rounds.open();
    const report = reportOf([alice, bob, alice]);
    const receipt = await rounds.report(report);
    expect(rounds.mintedBy(receipt)).toEqual([alice, bob, alice]);
    const items = parseEventLogs({
      abi: gameItemsAbi,
      logs: receipt.logs,
      eventName: "ItemMinted",
    });
    expect(items.map(({ args }) => args)).toEqual([
      { tokenId: 1n, to: alice, roundId, item: crown },
      { tokenId: 2n, to: bob, roundId, item: crown },
      { tokenId: 3n, to: alice, roundId, item: crown },
    ]);
    const { logs } = receipt;
    const [reported] = parseEventLogs({ abi: roundReportsAbi, logs, eventName: "RoundReported" });
    const { mints: _, ...said } = report;
    expect(reported?.args).toEqual({ ...said, game, prizes: 3 });
    const [attested] = parseEventLogs({ abi: roundReportsAbi, logs, eventName: "RoundAttested" });
    expect(attested?.args).toEqual({ roundId, coSigners: 0n, minted: 3 });
    expect(await rounds.read.round([roundId])).toMatchObject({
      game,
      reportHash: hashReportArgs(report),
      deadline,
      cap: 3,
      minted: 3,
      status: status.reported,
    });
  });

  test("a round without prizes can be reported", async () => {
    await rounds.open({ cap: 0 });
    await rounds.report(reportOf([]));
    expect((await rounds.read.round([roundId])).status).toBe(status.reported);
  });

  test("a winner who is a contract is not called", async () => {
    const { address } = await running().deploy("GasBurner");
    await rounds.open();
    await rounds.report(reportOf([address, alice]));
    expect((await rounds.read.round([roundId])).minted).toBe(2);
  });

  test("an open round keeps its caps when the game's fall", async () => {
    await rounds.open();
    await rounds.register({ maxCap: 0, capWithoutQuorum: 0 });
    await rounds.report(reportOf([alice, bob, alice]));
    expect((await rounds.read.round([roundId])).minted).toBe(3);
  });

  test("the largest report, with the most players and co-signatures, fits in one transaction", async () => {
    const largest = await rounds.read.MAX_MINTS_PER_ROUND();
    await rounds.register({ maxCap: largest, capWithoutQuorum: largest, mintsPerDay: largest });
    const players = createPlayers(MAX_PLAYERS_PER_ROUND);
    await rounds.open({ cap: largest, by: players });
    const winners = Array.from({ length: largest }, (_, index) =>
      numberToHex(2n ** 150n + BigInt(index), { size: 20 }),
    );
    const report = reportOf(winners);
    const here = chainId(running().client.chain.id);
    const coSignatures = coSign(players, [0, 9, 18, 27, 36, 45, 54, 63], report, here);
    const { gasUsed } = await rounds.report(report, coSignatures, players);
    const round = await rounds.read.round([roundId]);
    expect(round).toMatchObject({ minted: largest, coSigned: MAX_CO_SIGNATURES });
    // Operators send a fifth more than is estimated, and EIP-7825 allows 2^24.
    expect((gasUsed * 6n) / 5n).toBeLessThan(2n ** 24n);
  });
});

describe("report refuses", () => {
  test("a round that was never opened: RoundNotOpen", async () => {
    await expectRevert(rounds.simulateReport(reportOf([])), "RoundNotOpen", [roundId]);
    expect((await rounds.read.round([roundId])).status).toBe(status.unknown);
  });

  test("others than the operator, also the former one: NotOperator", async () => {
    await rounds.open();
    const report = reportOf([]);
    const byAlice = rounds.simulateReport(report, [], alice);
    await expectRevert(byAlice, "NotOperator", [game, alice]);
    await rounds.register({ operator: bob });
    await expectRevert(rounds.simulateReport(report), "NotOperator", [game, operator]);
    await rounds.simulateReport(report, [], bob);
  });

  test("a second report of a round: RoundAlreadyReported", async () => {
    await rounds.open();
    await rounds.report(reportOf([alice]));
    const again = rounds.simulateReport(reportOf([bob]));
    await expectRevert(again, "RoundAlreadyReported", [roundId]);
  });

  test("more mints than the cap: CapExceeded", async () => {
    await rounds.open({ cap: 1 });
    const call = rounds.simulateReport(reportOf([alice, bob]));
    await expectRevert(call, "CapExceeded", [1n, 2n]);
  });

  test("a late report: DeadlinePassed", async () => {
    const deadline = await rounds.open();
    await rounds.moveTo(deadline);
    await rounds.simulateReport(reportOf([]));
    await rounds.moveTo(deadline + 1n);
    await expectRevert(rounds.simulateReport(reportOf([])), "DeadlinePassed");
  });

  test("heights that run backwards: InvalidHeights", async () => {
    await rounds.open();
    const report = { ...reportOf([]), fromHeight: 9n, toHeight: 8n };
    await expectRevert(rounds.simulateReport(report), "InvalidHeights", [9n, 8n]);
  });

  test("a prize for nobody, also one that would wait, and leaves the round open: InvalidWinner", async () => {
    await rounds.register({ capWithoutQuorum: 1 });
    await rounds.open();
    const call = rounds.simulateReport(reportOf([alice, bob, zeroAddress]));
    await expectRevert(call, "InvalidWinner", [2n]);
    expect((await rounds.read.round([roundId])).status).toBe(status.open);
  });
});
