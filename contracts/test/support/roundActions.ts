import { chainId } from "@weft/protocol";
import {
  type Address,
  getContract,
  type Hex,
  pad,
  parseEventLogs,
  type TransactionReceipt,
} from "viem";
import { contractAddresses, gameItemsAbi, roundReportsAbi } from "../../index.ts";
import type { CoSignatureArgs, ReportArgs } from "../../roundReport.ts";
import { coSign, createPlayers, type RoundPlayer } from "./roundPlayers.ts";
import { accounts, type TestChain } from "./startTestChain.ts";

export const game = pad("0x6a");
export const roundId = pad("0x01");
export const crown = pad("0xcc");
export const status = { unknown: 0, open: 1, reported: 2 } as const;

const { owner, operator, alice } = accounts;

type Identified = Pick<RoundPlayer, "id">;

/** What the tests register, where they say nothing else. */
export const registration = { operator, maxCap: 3, capWithoutQuorum: 1, mintsPerDay: 100 };

export function reportOf(winners: readonly Address[], id: Hex = roundId): ReportArgs {
  return {
    roundId: id,
    room: pad("0x40"),
    fromHeight: 7n,
    toHeight: 9n,
    actions: 400n,
    actionsRoot: pad("0xac"),
    resultsHash: pad("0x4e"),
    mints: winners.map((to) => ({ to, item: crown })),
  };
}

/** The contract RoundReports of a test chain, with what its tests do again and again. */
export function roundActions({ client, mined }: TestChain) {
  const address = contractAddresses.roundReports;
  const reports = getContract({ abi: roundReportsAbi, address, client });
  const players = createPlayers(5);
  const idsOf = (some: readonly Identified[]) => some.map(({ id }) => id);
  const hereNow = chainId(client.chain.id);

  return {
    ...reports,
    /** Five, of whom three make a quorum. */
    players,
    ids: idsOf(players),
    register: (change: Partial<typeof registration> = {}) =>
      mined(reports.write.registerGame([game, { ...registration, ...change }], { account: owner })),
    /** A deadline in an hour. */
    deadline: async () => (await client.getBlock()).timestamp + 3600n,
    async open({ cap = 3, id = roundId, by = players as readonly Identified[] } = {}) {
      const deadline = (await client.getBlock()).timestamp + 3600n;
      const round = [id, game, cap, deadline, idsOf(by)] as const;
      await mined(reports.write.openRound(round, { account: operator }));
      return deadline;
    },
    /** The players of these indices sign. */
    signed: (report: ReportArgs, ...indices: readonly number[]) =>
      coSign(players, indices, report, hereNow),
    report: (report: ReportArgs, coSignatures: readonly CoSignatureArgs[] = [], by = players) =>
      mined(reports.write.report([report, idsOf(by), coSignatures], { account: operator })),
    attest: (
      report: ReportArgs,
      coSignatures: readonly CoSignatureArgs[] = [],
      by = players,
      account: Address = alice,
    ) => mined(reports.write.attest([report, idsOf(by), coSignatures], { account })),
    simulateReport: (
      report: ReportArgs,
      coSignatures: readonly CoSignatureArgs[] = [],
      account: Address = operator,
    ) => reports.simulate.report([report, idsOf(players), coSignatures], { account }),
    simulateAttest: (
      report: ReportArgs,
      coSignatures: readonly CoSignatureArgs[] = [],
      account: Address = alice,
    ) => reports.simulate.attest([report, idsOf(players), coSignatures], { account }),
    mintedBy: ({ logs }: TransactionReceipt) =>
      parseEventLogs({ abi: gameItemsAbi, logs, eventName: "ItemMinted" }).map(
        ({ args }) => args.to,
      ),
    /** The first second at which the chain's clock may stand from now on. */
    async moveTo(timestamp: bigint) {
      await client.setNextBlockTimestamp({ timestamp });
      await client.mine({ blocks: 1 });
    },
  };
}
