import type { Ledger } from "@weft/ledger";
import type { Hash, LedgerHeight } from "@weft/protocol";
import type { LedgerConnection } from "@weft/rpc";
import { NodeError } from "../errors.ts";

/**
 * Holds what we have against what the followed node has.
 * @returns the height to go on from; undefined while the node has less than we do, such as after its restart
 * @throws NodeError GENESIS_MISMATCH; LEDGER_FORKED with the first height that differs
 */
export async function agreeOnHeight(
  ledger: Ledger,
  connection: Pick<LedgerConnection, "hello" | "hashAt">,
  genesis?: Hash,
): Promise<LedgerHeight | undefined> {
  const ourHead = ledger.head?.header.height;
  const ourGenesis = ledger.blockByHeight(0 as LedgerHeight)?.hash ?? genesis;
  const theirHead = connection.hello.head?.height;
  if (theirHead === undefined) return ourHead === undefined ? (0 as LedgerHeight) : undefined;
  if (ourGenesis !== undefined) {
    const theirs = await connection.hashAt(0 as LedgerHeight);
    if (theirs !== ourGenesis) {
      throw new NodeError(
        "GENESIS_MISMATCH",
        `the node has another ledger: it begins with ${theirs}`,
        {
          details: { height: 0, ours: ourGenesis, theirs },
        },
      );
    }
  }
  if (ourHead === undefined) return 0 as LedgerHeight;
  const shared = Math.min(ourHead, theirHead) as LedgerHeight;
  if (!(await isSame(ledger, connection, shared))) throw await forkAt(ledger, connection, shared);
  return theirHead < ourHead ? undefined : ((ourHead + 1) as LedgerHeight);
}

async function isSame(
  ledger: Ledger,
  connection: Pick<LedgerConnection, "hashAt">,
  height: LedgerHeight,
): Promise<boolean> {
  return (await connection.hashAt(height)) === ledger.blockByHeight(height)?.hash;
}

/** Blocks are the same up to where the two part, and none after: halving the heights finds the place. */
async function forkAt(
  ledger: Ledger,
  connection: Pick<LedgerConnection, "hashAt">,
  differs: LedgerHeight,
): Promise<NodeError> {
  let [same, other]: [number, number] = [0, differs];
  while (other - same > 1) {
    const middle = Math.floor((same + other) / 2) as LedgerHeight;
    if (await isSame(ledger, connection, middle)) same = middle;
    else other = middle;
  }
  const height = other as LedgerHeight;
  const ours = ledger.blockByHeight(height)?.hash;
  const theirs = await connection.hashAt(height);
  return new NodeError(
    "LEDGER_FORKED",
    `height ${height}: the node has block ${theirs}, where it had ${ours} before`,
    { details: { height, ours, theirs } },
  );
}
