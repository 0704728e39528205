import {
  type Block,
  type BlockHeader,
  type ChainId,
  hashHeader,
  transactionsRoot,
  ZERO_HASH,
} from "@weft/protocol";
import { LedgerError, type LedgerErrorCode } from "./errors.ts";

/** What the next block has to follow. */
export type Place = {
  readonly chainIds: ReadonlySet<ChainId>;
  readonly head: Block | undefined;
  /** Head of the chain that the block claims to be of. */
  readonly chainHead: Block | undefined;
};

/**
 * Checks that a header is the next one at its place: height, both parents, number, timestamp.
 * @throws LedgerError with the code of the first rule that is broken
 */
export function checkPlace(header: BlockHeader, { chainIds, head, chainHead }: Place): void {
  if (!chainIds.has(header.chainId)) {
    throw new LedgerError("CHAIN_UNKNOWN", `chain ${header.chainId} is not on this ledger`, {
      details: { chainId: header.chainId, chainIds: [...chainIds] },
    });
  }
  const rules: [LedgerErrorCode, boolean, unknown, unknown][] = [
    equal("HEIGHT_GAP", (head?.header.height ?? -1) + 1, header.height),
    equal("PARENT_MISMATCH", head?.hash ?? ZERO_HASH, header.parentHash),
    equal("NUMBER_GAP", (chainHead?.header.number ?? -1) + 1, header.number),
    equal("CHAIN_PARENT_MISMATCH", chainHead?.hash ?? ZERO_HASH, header.chainParentHash),
    atLeast("TIMESTAMP_FELL", head?.header.timestampMs ?? 0, header.timestampMs),
  ];
  for (const [code, holds, expected, got] of rules) if (!holds) refuse(code, header, expected, got);
}

/**
 * Checks that a block is what its header and hash commit to.
 * @throws LedgerError TRANSACTIONS_ROOT_MISMATCH, HASH_MISMATCH
 * @throws ProtocolError for a header that has no encoding
 */
export function checkContents({ header, hash, transactions }: Block): void {
  const root = transactionsRoot(transactions);
  if (root !== header.transactionsRoot) {
    refuse("TRANSACTIONS_ROOT_MISMATCH", header, root, header.transactionsRoot);
  }
  const expected = hashHeader(header);
  if (expected !== hash) refuse("HASH_MISMATCH", header, expected, hash);
}

function equal<T>(code: LedgerErrorCode, expected: T, got: T) {
  return [code, expected === got, expected, got] as [LedgerErrorCode, boolean, unknown, unknown];
}

function atLeast(code: LedgerErrorCode, least: number, got: number) {
  return [code, got >= least, least, got] as [LedgerErrorCode, boolean, unknown, unknown];
}

function refuse(
  code: LedgerErrorCode,
  header: BlockHeader,
  expected: unknown,
  got: unknown,
): never {
  const { chainId, height, number } = header;
  const block = `block ${height} (chain ${chainId}, number ${number})`;
  throw new LedgerError(code, `${block}: expected ${expected}, got ${got}`, {
    details: { chainId, height, number, expected, got },
  });
}
