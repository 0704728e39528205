import type { Ledger } from "@weft/ledger";
import type { ChainId, ChainNumber, Deposit, LedgerHeight, ZkGenesis } from "@weft/protocol";
import { type BlockInfo, STATE_HISTORY_BLOCKS, type ZkChain } from "@weft/zk-chain";
import { NodeError } from "./errors.ts";
import { isMachineFailure } from "./machineFailure.ts";

/**
 * Begins the ZK chain on an empty ledger, or brings it to where the ledger is: a crash may leave it behind
 * the ledger, or ahead of it with a block that didn't reach the ledger's disk.
 * @throws NodeError LEDGER_INVALID when a block doesn't execute as it did, or the chain is of another ledger
 */
export async function beginOrContinueZkChain(
  zkChain: ZkChain,
  ledger: Ledger,
  genesis: ZkGenesis,
  onProgress: (height: number, toHeight: number) => void,
): Promise<void> {
  await continueZkChain(zkChain, ledger, genesis.chainId, onProgress);
  if (ledger.head === undefined) await begin(zkChain, ledger, genesis);
  else assertBegan(ledger, genesis.chainId);
}

/**
 * Brings the ZK chain to where the ledger is.
 * @throws NodeError LEDGER_INVALID, as above; ZkChainError STORE_FAILED and the like, where the machine can't
 */
export async function continueZkChain(
  zkChain: ZkChain,
  ledger: Ledger,
  zkChainId: ChainId,
  onProgress: (height: number, toHeight: number) => void,
): Promise<void> {
  const newest = await takeBackUnordered(zkChain, ledger, zkChainId);
  const toHeight = ledger.head?.header.height ?? -1;
  const fromHeight = ((newest?.header.height ?? -1) + 1) as LedgerHeight;
  for (const block of ledger.blocks({ fromHeight })) {
    const { height, chainId } = block.header;
    if (chainId !== zkChainId) continue;
    await zkChain.execute(block).catch((cause) => {
      if (isMachineFailure(cause)) throw cause;
      throw new NodeError("LEDGER_INVALID", `ZK block at height ${height} doesn't execute`, {
        details: { height },
        cause,
      });
    });
    onProgress(height, toHeight);
  }
}

/** Every deposit from a nonce on, in order, in pieces. */
export async function* depositsFrom(
  zkChain: Pick<ZkChain, "depositsFrom">,
  nonce: bigint,
): AsyncGenerator<readonly Deposit[], void, undefined> {
  for (let next = nonce; ; ) {
    const deposits = await zkChain.depositsFrom(next);
    if (deposits.length === 0) return;
    yield deposits;
    next += BigInt(deposits.length);
  }
}

/** Takes back the chain's blocks that the ledger doesn't have. @returns the newest that stays */
async function takeBackUnordered(
  zkChain: ZkChain,
  ledger: Ledger,
  chainId: ChainId,
): Promise<BlockInfo | undefined> {
  const newest = await zkChain.newest();
  if (newest === undefined) return undefined;
  let common: BlockInfo | undefined = newest;
  while (common !== undefined && !isOrdered(common, ledger, chainId)) {
    // Further back the chain couldn't go anyway.
    if (newest.number - common.number >= STATE_HISTORY_BLOCKS) throw foreignChain(newest);
    common = await blockBefore(zkChain, common);
  }
  if (common === newest) return newest;
  await zkChain.rollBackTo(common?.number).catch((cause) => {
    throw foreignChain(newest, cause);
  });
  return common;
}

function foreignChain({ number, hash }: BlockInfo, cause?: unknown): NodeError {
  return new NodeError(
    "LEDGER_INVALID",
    "the stored ZK chain isn't this ledger's: delete it, and it comes back from the ledger",
    { details: { number, hash }, cause },
  );
}

function isOrdered({ number, hash }: BlockInfo, ledger: Ledger, chainId: ChainId): boolean {
  return ledger.blockByNumber(chainId, number)?.hash === hash;
}

async function blockBefore(
  zkChain: Pick<ZkChain, "blockByNumber">,
  { number }: BlockInfo,
): Promise<BlockInfo | undefined> {
  return number === 0 ? undefined : zkChain.blockByNumber((number - 1) as ChainNumber);
}

async function begin(zkChain: ZkChain, ledger: Ledger, genesis: ZkGenesis): Promise<void> {
  const { transactions, stateRoot } = await zkChain.buildGenesis(genesis);
  const { chainId, timestampMs } = genesis;
  const { block } = ledger.propose({ chainId, transactions, stateRoot, timestampMs });
  await zkChain.commit(block.header, block.hash);
}

function assertBegan(ledger: Ledger, chainId: ChainId): void {
  if (ledger.chainHead(chainId) === undefined) {
    throw new NodeError("LEDGER_INVALID", `the ledger has blocks, but none of ZK chain ${chainId}`);
  }
}
