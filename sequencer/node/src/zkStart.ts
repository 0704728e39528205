import type { Ledger } from "@weft/ledger";
import type { ChainId, Deposit, LedgerHeight, ZkGenesis } from "@weft/protocol";
import type { ZkChain } from "@weft/zk-chain";
import { NodeError } from "./errors.ts";

/**
 * Begins the ZK chain on an empty ledger, or executes the ledger's ZK blocks again.
 * @returns every deposit so far, in order.
 * @throws NodeError LEDGER_INVALID when a block doesn't execute as it did
 */
export async function beginOrReplayZkChain(
  zkChain: ZkChain,
  ledger: Ledger,
  genesis: ZkGenesis,
  onProgress: (height: number, toHeight: number) => void,
): Promise<Deposit[]> {
  const head = ledger.head;
  if (head === undefined) {
    await begin(zkChain, ledger, genesis);
    return [];
  }
  const deposits: Deposit[] = [];
  for (const block of ledger.blocks({ fromHeight: 0 as LedgerHeight })) {
    const { height, chainId } = block.header;
    if (chainId !== genesis.chainId) continue;
    const built = await zkChain.execute(block).catch((cause) => {
      throw new NodeError("LEDGER_INVALID", `ZK block at height ${height} doesn't execute`, {
        details: { height },
        cause,
      });
    });
    deposits.push(...built.deposits);
    onProgress(height, head.header.height);
  }
  assertBegan(ledger, genesis.chainId);
  return deposits;
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
