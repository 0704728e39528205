import {
  bytesToHex,
  type ChainId,
  concatBytes,
  type Hash,
  hexToBytes,
  keccak256,
  type RoundReport,
  type SessionKey,
} from "@weft/protocol";
import { type ContractFunctionArgs, encodeAbiParameters, getAbiItem, pad, stringToHex } from "viem";
import { contractAddresses } from "./deployments.ts";
import { roundReportsAbi } from "./generated/roundReportsAbi.ts";

/** `RoundReports.MAX_PLAYERS_PER_ROUND`. */
export const MAX_PLAYERS_PER_ROUND = 64;
/** `RoundReports.MAX_CO_SIGNATURES`: as many signatures one transaction has checked. */
export const MAX_CO_SIGNATURES = 8;

type ReportCall = ContractFunctionArgs<typeof roundReportsAbi, "nonpayable", "report">;
/** `IRoundReports.Report`. */
export type ReportArgs = ReportCall[0];
/** `IRoundReports.CoSignature`. */
export type CoSignatureArgs = ReportCall[2][number];

/** A report as the contract takes it: results by their hash, texts and addresses in 32 bytes. */
export function toReportArgs(report: RoundReport): ReportArgs {
  const { roundId, room, fromHeight, toHeight, actions, actionsRoot, results, mints } = report;
  return {
    roundId,
    room: pad(room, { size: 32 }),
    fromHeight: BigInt(fromHeight),
    toHeight: BigInt(toHeight),
    actions: BigInt(actions),
    actionsRoot,
    resultsHash: keccak256(results),
    mints: mints.map(({ to, item }) => ({ to, item: stringToHex(item, { size: 32 }) })),
  };
}

const [reportInput] = getAbiItem({ abi: roundReportsAbi, name: "report" }).inputs;

/** What the contract keeps of a report: keccak256(abi.encode(report)). */
export function hashReportArgs(report: ReportArgs): Hash {
  return keccak256(hexToBytes(encodeAbiParameters([reportInput], [report])));
}

/**
 * What a player signs of a report, with the session key, as ECDSA over sha256 on P-256.
 *
 * @param chainId The ZK chain's: a signature is good there and nowhere else.
 * @param report The report as `toReportArgs` gives it.
 */
export function coSignMessage(chainId: ChainId, report: ReportArgs): Uint8Array {
  const words = [
    stringToHex("weft report", { size: 32 }),
    pad(`0x${chainId.toString(16)}`, { size: 32 }),
    pad(contractAddresses.roundReports, { size: 32 }),
    hashReportArgs(report),
  ];
  return concatBytes(...words.map(hexToBytes));
}

/** How the contract names a player: keccak256 of the session key's x ‖ y. */
export function playerIdOf(sessionKey: SessionKey): Hash {
  return keccak256(hexToBytes(sessionKey));
}

/** How many of a round's players make a quorum: more than half, as `RoundReports.quorumOf`. */
export function quorumOf(players: number): number {
  return Math.floor(players / 2) + 1;
}

/** Order of P-256's base point. */
const P256_ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/**
 * A co-signature as the contract takes it.
 *
 * @param player The player's index among the round's players.
 * @param signature r ‖ s, 64 bytes. Of the two values that s can have, the contract takes the lower one;
 *   WebCrypto makes either.
 */
export function toCoSignatureArgs(
  player: number,
  sessionKey: SessionKey,
  signature: Uint8Array,
): CoSignatureArgs {
  const key = hexToBytes(sessionKey);
  const s = BigInt(bytesToHex(signature.subarray(32)));
  const lowS = s > P256_ORDER / 2n ? P256_ORDER - s : s;
  return {
    player,
    x: bytesToHex(key.subarray(0, 32)),
    y: bytesToHex(key.subarray(32)),
    r: bytesToHex(signature.subarray(0, 32)),
    s: pad(`0x${lowS.toString(16)}`, { size: 32 }),
  };
}
