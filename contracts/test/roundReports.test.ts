import {
  type Address,
  encodeAbiParameters,
  getAbiItem,
  getContract,
  type Hex,
  keccak256,
  numberToHex,
  pad,
  parseEventLogs,
  zeroAddress,
  zeroHash,
} from "viem";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { contractAddresses, gameItemsAbi, roundReportsAbi } from "../index.ts";
import { expectRevert } from "./support/expectRevert.ts";
import { accounts, type TestChain } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { owner, operator, alice, bob } = accounts;
const game = pad("0x6a");
const roundId = pad("0x01");
const crown = pad("0xcc");
const maxCap = 3;
const status = { unknown: 0, open: 1, reported: 2 } as const;

const running = useTestChain();
let reports: ReturnType<typeof connect>;
let deadline: bigint;
beforeAll(() => {
  reports = connect(running());
});
beforeEach(async () => {
  deadline = (await running().client.getBlock()).timestamp + 3600n;
  await register(maxCap);
});

function connect({ client }: TestChain) {
  return getContract({ abi: roundReportsAbi, address: contractAddresses.roundReports, client });
}

function register(cap: number, by: Address = operator) {
  return running().mined(reports.write.registerGame([game, by, cap], { account: owner }));
}

function open(cap = maxCap, id: Hex = roundId) {
  const round = [id, game, cap, deadline] as const;
  return running().mined(reports.write.openRound(round, { account: operator }));
}

function reportOf(...winners: Address[]) {
  return {
    roundId,
    room: pad("0x40"),
    fromHeight: 7n,
    toHeight: 9n,
    actions: 400n,
    actionsRoot: pad("0xac"),
    resultsHash: pad("0x4e"),
    mints: winners.map((to) => ({ to, item: crown })),
  };
}

function send(report: ReturnType<typeof reportOf>) {
  return running().mined(reports.write.report([report], { account: operator }));
}

function simulate(report: ReturnType<typeof reportOf>, account: Address = operator) {
  return reports.simulate.report([report], { account });
}

describe("registerGame", () => {
  test("sets a game's operator and maximum, and changes them", async () => {
    expect(await reports.read.gameOf([game])).toEqual({ operator, maxCap });
    const { logs } = await register(1, bob);
    const [event] = parseEventLogs({ abi: roundReportsAbi, logs, eventName: "GameRegistered" });
    expect(event?.args).toEqual({ game, operator: bob, maxCap: 1 });
    expect(await reports.read.gameOf([game])).toEqual({ operator: bob, maxCap: 1 });
  });

  test("is the owner's: OwnableUnauthorizedAccount", async () => {
    const call = reports.simulate.registerGame([game, alice, 1], { account: operator });
    await expectRevert(call, "OwnableUnauthorizedAccount", [operator]);
  });

  test("needs an operator: InvalidOperator", async () => {
    const call = reports.simulate.registerGame([game, zeroAddress, 1], { account: owner });
    await expectRevert(call, "InvalidOperator", [zeroAddress]);
  });

  test("keeps reports within one transaction: CapAboveMaximum", async () => {
    const largest = await reports.read.MAX_MINTS_PER_ROUND();
    const call = reports.simulate.registerGame([game, operator, largest + 1], { account: owner });
    await expectRevert(call, "CapAboveMaximum", [BigInt(largest), BigInt(largest) + 1n]);
  });
});

describe("openRound", () => {
  test("registers the round's cap and deadline", async () => {
    const { logs } = await open(2);
    const [event] = parseEventLogs({ abi: roundReportsAbi, logs, eventName: "RoundOpened" });
    expect(event?.args).toEqual({ roundId, game, cap: 2, deadline });
    const opened = { game, reportHash: zeroHash, deadline, cap: 2, minted: 0, status: status.open };
    expect(await reports.read.round([roundId])).toEqual(opened);
  });

  test("needs a registered game: GameNotRegistered", async () => {
    const other = pad("0x0b");
    const call = reports.simulate.openRound([roundId, other, 1, deadline], { account: operator });
    await expectRevert(call, "GameNotRegistered", [other]);
  });

  test("is the operator's: NotOperator", async () => {
    const call = reports.simulate.openRound([roundId, game, 1, deadline], { account: owner });
    await expectRevert(call, "NotOperator", [game, owner]);
  });

  test("keeps to the game's maximum: CapAboveMaximum", async () => {
    const call = reports.simulate.openRound([roundId, game, 4, deadline], { account: operator });
    await expectRevert(call, "CapAboveMaximum", [3n, 4n]);
  });

  test("needs time to play: DeadlineInPast", async () => {
    const { timestamp } = await running().client.getBlock();
    const call = reports.simulate.openRound([roundId, game, 1, timestamp], { account: operator });
    await expectRevert(call, "DeadlineInPast");
  });

  test("takes an id once, reported or not: RoundAlreadyOpen", async () => {
    await open();
    const round = [roundId, game, 1, deadline] as const;
    const again = () => reports.simulate.openRound(round, { account: operator });
    await expectRevert(again(), "RoundAlreadyOpen", [roundId]);
    await send(reportOf());
    await expectRevert(again(), "RoundAlreadyOpen", [roundId]);
  });
});

describe("report", () => {
  test("mints up to the cap, and says what was reported", async () => {
    await open();
    const report = reportOf(alice, bob, alice);
    const { logs } = await send(report);

    const minted = parseEventLogs({ abi: gameItemsAbi, logs, eventName: "ItemMinted" });
    expect(minted.map(({ args }) => args)).toEqual([
      { tokenId: 1n, to: alice, roundId, item: crown },
      { tokenId: 2n, to: bob, roundId, item: crown },
      { tokenId: 3n, to: alice, roundId, item: crown },
    ]);
    const [event] = parseEventLogs({ abi: roundReportsAbi, logs, eventName: "RoundReported" });
    const { mints: _, ...reported } = report;
    expect(event?.args).toEqual({ ...reported, game, minted: 3 });

    const { inputs } = getAbiItem({ abi: roundReportsAbi, name: "report" });
    const reportHash = keccak256(encodeAbiParameters(inputs, [report]));
    const round = { game, reportHash, deadline, cap: 3, minted: 3, status: status.reported };
    expect(await reports.read.round([roundId])).toEqual(round);
  });

  test("a round without prizes can be reported", async () => {
    await open(0);
    await send(reportOf());
    expect((await reports.read.round([roundId])).status).toBe(status.reported);
  });

  test("the largest report fits in one transaction", async () => {
    const largest = await reports.read.MAX_MINTS_PER_ROUND();
    await register(largest);
    await open(largest);
    const winners = Array.from({ length: largest }, (_, index) =>
      numberToHex(2n ** 150n + BigInt(index), { size: 20 }),
    );
    await send(reportOf(...winners));
    expect((await reports.read.round([roundId])).minted).toBe(largest);
  });

  test("a winner who is a contract is not called", async () => {
    const { address } = await running().deploy("GasBurner");
    await open();
    await send(reportOf(address, alice));
    expect((await reports.read.round([roundId])).minted).toBe(2);
  });

  test("an open round keeps its cap when the game's maximum falls", async () => {
    await open();
    await register(0);
    await send(reportOf(alice, bob, alice));
    expect((await reports.read.round([roundId])).minted).toBe(3);
  });
});

describe("report refuses", () => {
  test("a round that was never opened: RoundNotOpen", async () => {
    await expectRevert(simulate(reportOf()), "RoundNotOpen", [roundId]);
    expect((await reports.read.round([roundId])).status).toBe(status.unknown);
  });

  test("others than the operator, also the former one: NotOperator", async () => {
    await open();
    await expectRevert(simulate(reportOf(), alice), "NotOperator", [game, alice]);
    await register(maxCap, bob);
    await expectRevert(simulate(reportOf()), "NotOperator", [game, operator]);
    await simulate(reportOf(), bob);
  });

  test("a second report of a round: RoundAlreadyReported", async () => {
    await open();
    await send(reportOf(alice));
    await expectRevert(simulate(reportOf(bob)), "RoundAlreadyReported", [roundId]);
  });

  test("more mints than the cap: CapExceeded", async () => {
    await open(1);
    await expectRevert(simulate(reportOf(alice, bob)), "CapExceeded", [1n, 2n]);
  });

  test("a late report: DeadlinePassed", async () => {
    await open();
    const { client } = running();
    await client.setNextBlockTimestamp({ timestamp: deadline });
    await client.mine({ blocks: 1 });
    await simulate(reportOf());
    await client.setNextBlockTimestamp({ timestamp: deadline + 1n });
    await client.mine({ blocks: 1 });
    await expectRevert(simulate(reportOf()), "DeadlinePassed");
  });

  test("heights that run backwards: InvalidHeights", async () => {
    await open();
    const report = { ...reportOf(), fromHeight: 9n, toHeight: 8n };
    await expectRevert(simulate(report), "InvalidHeights", [9n, 8n]);
  });

  test("a mint to nobody, and leaves the round open: ERC721InvalidReceiver", async () => {
    await open();
    const { client } = running();
    const call = client.simulateContract({
      abi: [...roundReportsAbi, ...gameItemsAbi],
      address: reports.address,
      functionName: "report",
      args: [reportOf(alice, zeroAddress)],
      account: operator,
    });
    await expectRevert(call, "ERC721InvalidReceiver", [zeroAddress]);
    expect((await reports.read.round([roundId])).status).toBe(status.open);
  });
});
