import {
  type BlockHeader,
  type ChainNumber,
  type Hash,
  type LedgerHeight,
  MAX_LOGIN_ROOT_AGE_MS,
  MAX_LOGIN_ROOT_BLOCKS,
  type TimestampMs,
} from "@weft/protocol";
import { refuse } from "../errors.ts";

/** What a login says that the ZK chain's state was, and when. */
export type LoginRoot = { readonly stateRoot: Hash; readonly zkNumber: ChainNumber };

/** Headers of the ZK chain's blocks, by number. */
export type ZkHeaderSource = (number: ChainNumber) => BlockHeader | undefined;

/** How far the ledger was when a root's age is counted. */
export type LoginMoment = { readonly height: LedgerHeight; readonly timestampMs: TimestampMs };

/**
 * Whether a login proves against a state that the ZK chain has, or had until a moment ago: after one of its
 * newest `MAX_LOGIN_ROOT_BLOCKS` blocks, and replaced no longer than `MAX_LOGIN_ROOT_AGE_MS` before. The age counts from the
 * next block, as idle chains make none: the newest root is never stale.
 *
 * A pass that was sold or bound anew since that state still opens a session: nobody can tell which pass a proof is
 * of, and to ask for the newest state would void all proofs in the making with each block.
 * @param zkHeader of the ZK chain's blocks below the login
 * @throws FastChainError LOGIN_ROOT_UNKNOWN, LOGIN_ROOT_STALE
 */
export function checkLoginRoot(
  zkHeader: ZkHeaderSource,
  { stateRoot, zkNumber }: LoginRoot,
  moment: LoginMoment,
): void {
  const header = zkHeader(zkNumber);
  if (header?.stateRoot !== stateRoot) {
    refuse("LOGIN_ROOT_UNKNOWN", `ZK block ${zkNumber} doesn't have that state root`, { zkNumber });
  }
  const after = (blocks: number) => zkHeader((zkNumber + blocks) as ChainNumber);
  const pushedOut = after(MAX_LOGIN_ROOT_BLOCKS);
  if (pushedOut !== undefined && pushedOut.height <= moment.height) {
    refuse("LOGIN_ROOT_STALE", `ZK block ${zkNumber} has ${MAX_LOGIN_ROOT_BLOCKS} after it`, {
      zkNumber,
      MAX_LOGIN_ROOT_BLOCKS,
    });
  }
  const replacedMs = after(1)?.timestampMs ?? Number.POSITIVE_INFINITY;
  const ageMs = moment.timestampMs - replacedMs;
  if (ageMs > MAX_LOGIN_ROOT_AGE_MS) {
    refuse("LOGIN_ROOT_STALE", `ZK block ${zkNumber} was the newest ${ageMs} ms ago`, {
      zkNumber,
      ageMs,
      MAX_LOGIN_ROOT_AGE_MS,
    });
  }
}
