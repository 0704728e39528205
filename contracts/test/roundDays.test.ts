import { type Hex, numberToHex } from "viem";
import { beforeAll, beforeEach, describe, expect, test } from "vitest";
import { expectRevert } from "./support/expectRevert.ts";
import { game, reportOf, roundActions, roundId } from "./support/roundActions.ts";
import { accounts } from "./support/startTestChain.ts";
import { useTestChain } from "./support/useTestChain.ts";

const { operator, alice, bob } = accounts;
const DAY = 86_400n;

const running = useTestChain();
let rounds: ReturnType<typeof roundActions>;
/** The first second of a day to come. */
let midnight: bigint;
beforeAll(() => {
  rounds = roundActions(running());
});
beforeEach(async () => {
  const { timestamp } = await running().client.getBlock();
  midnight = (timestamp / DAY + 2n) * DAY;
  await rounds.moveTo(midnight - 1000n);
  await rounds.register({ capWithoutQuorum: 3, mintsPerDay: 4 });
});

const idOf = (number: number): Hex => numberToHex(number, { size: 32 });

async function play(number: number, winners: readonly `0x${string}`[]) {
  await rounds.open({ id: idOf(number) });
  return rounds.mintedBy(await rounds.report(reportOf(winners, idOf(number))));
}

describe("a game mints so many prizes a day", () => {
  test("over all its rounds; what is over waits, in the report's order", async () => {
    expect(await play(1, [alice, alice, alice])).toHaveLength(3);
    expect(await rounds.read.mintsLeftToday([game])).toBe(1n);
    expect(await play(2, [alice, bob])).toEqual([alice]);
    expect(await play(3, [bob])).toEqual([]);
    expect(await rounds.read.mintsLeftToday([game])).toBe(0n);
    const early = rounds.simulateAttest(reportOf([alice, bob], idOf(2)));
    await expectRevert(early, "NothingToAttest", [idOf(2)]);
  });

  test("and after midnight the rest, for whoever asks first", async () => {
    await play(1, [alice, alice, alice]);
    await play(2, [alice, bob]);
    await play(3, [bob]);
    await rounds.moveTo(midnight - 2n);
    await expectRevert(rounds.simulateAttest(reportOf([bob], idOf(3))), "NothingToAttest");
    await rounds.moveTo(midnight);
    expect(await rounds.read.mintsLeftToday([game])).toBe(4n);
    const third = await rounds.attest(reportOf([bob], idOf(3)));
    expect(rounds.mintedBy(third)).toEqual([bob]);
    const second = await rounds.attest(reportOf([alice, bob], idOf(2)));
    expect(rounds.mintedBy(second)).toEqual([bob]);
    expect(await rounds.read.mintsLeftToday([game])).toBe(2n);
  });

  test("which a quorum doesn't change: its prizes wait too", async () => {
    await rounds.register({ capWithoutQuorum: 1, mintsPerDay: 2 });
    await rounds.open();
    const report = reportOf([alice, bob, alice]);
    const receipt = await rounds.report(report, rounds.signed(report, 0, 1, 2));
    expect(rounds.mintedBy(receipt)).toEqual([alice, bob]);
    await rounds.moveTo(midnight);
    expect(rounds.mintedBy(await rounds.attest(report))).toEqual([alice]);
    await expectRevert(rounds.simulateAttest(report), "NothingToAttest", [roundId]);
  });

  test("and what nobody asked for until the deadline is never minted: DeadlinePassed", async () => {
    await rounds.register({ mintsPerDay: 0 });
    const deadline = await rounds.open();
    const report = reportOf([alice]);
    expect(rounds.mintedBy(await rounds.report(report))).toEqual([]);
    await rounds.register({ mintsPerDay: 9 });
    await rounds.moveTo(deadline + 1n);
    await expectRevert(rounds.simulateAttest(report), "DeadlinePassed");
  });

  test("each game by itself", async () => {
    await play(1, [alice, alice, alice]);
    expect(await rounds.read.mintsLeftToday([numberToHex(7, { size: 32 })])).toBe(0n);
  });

  test("and a number that falls below what is minted leaves nothing", async () => {
    await play(1, [alice, alice, alice]);
    await rounds.register({ capWithoutQuorum: 3, mintsPerDay: 2 });
    expect(await rounds.read.mintsLeftToday([game])).toBe(0n);
    expect(await play(2, [alice])).toEqual([]);
  });
});

describe("when a game's operator is replaced, what waits in reports of the old one", () => {
  const report = reportOf([alice, bob, alice]);
  beforeEach(async () => {
    await rounds.register({ capWithoutQuorum: 3, mintsPerDay: 1 });
    await rounds.open();
    expect(rounds.mintedBy(await rounds.report(report))).toEqual([alice]);
    await rounds.register({ capWithoutQuorum: 3, mintsPerDay: 1, operator: bob });
    await rounds.moveTo(midnight);
  });

  test("is nobody's to mint, whatever the day allows: OperatorReplaced", async () => {
    const refusal = [roundId, operator] as const;
    await expectRevert(rounds.simulateAttest(report), "OperatorReplaced", refusal);
    const signed = rounds.signed(report, 0, 1, 2);
    await expectRevert(rounds.simulateAttest(report, signed), "OperatorReplaced", refusal);
    const byOld = rounds.simulateAttest(report, [], operator);
    await expectRevert(byOld, "OperatorReplaced", refusal);
  });

  test("but the new operator's, report by report", async () => {
    expect(rounds.mintedBy(await rounds.attest(report, [], rounds.players, bob))).toEqual([bob]);
    await expectRevert(rounds.simulateAttest(report), "OperatorReplaced");
  });

  test("and anybody's again if the old one comes back", async () => {
    await rounds.register({ capWithoutQuorum: 3, mintsPerDay: 2 });
    expect(rounds.mintedBy(await rounds.attest(report))).toEqual([bob, alice]);
  });
});
