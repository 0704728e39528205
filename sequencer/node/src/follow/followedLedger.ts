import type { ProgramSource } from "@weft/fast-chain";
import { Ledger, LedgerError } from "@weft/ledger";
import {
  type Block,
  type ChainNumber,
  type Deposit,
  decodeBlock,
  type LedgerHeight,
  ZERO_ADDRESS,
} from "@weft/protocol";
import type { ZkChain } from "@weft/zk-chain";
import { openBlockStore, openZkChain } from "../bringUp.ts";
import { NodeError } from "../errors.ts";
import type { Logger } from "../types.ts";
import type { ChainIds } from "../verify/chainIds.ts";
import { LedgerVerifier, type VerifierResult } from "../verify/ledgerVerifier.ts";
import { continueZkChain, depositsFrom } from "../zkStart.ts";
import { ReadOnlyFastChain } from "./readOnly.ts";

export type FollowedLedgerOptions = ChainIds & {
  /** In memory without one. */
  readonly dataDir?: string;
  readonly logger: Logger;
  readonly programs?: ProgramSource;
  readonly onRecalled?: (height: number, toHeight: number) => void;
};

/**
 * A ledger that another node orders: takes its blocks one by one, each only once it has been checked in full,
 * and has both chains as they are after the newest.
 */
export class FollowedLedger {
  readonly ledger: Ledger;
  readonly zkChain: ZkChain;
  readonly fast: ReadOnlyFastChain;
  readonly #verifier: LedgerVerifier;

  private constructor(options: FollowedLedgerOptions, ledger: Ledger, zkChain: ZkChain) {
    this.ledger = ledger;
    this.zkChain = zkChain;
    this.#verifier = new LedgerVerifier({ ...options, ledger, zkChain });
    this.fast = new ReadOnlyFastChain(this.#verifier.fast, ledger, options.fastChainId);
  }

  /**
   * Opens what was followed before, or begins with nothing.
   * @throws LedgerError and ZkChainError STORE_…; NodeError LEDGER_INVALID
   */
  static async open(options: FollowedLedgerOptions): Promise<FollowedLedger> {
    const { dataDir, logger, zkChainId, fastChainId } = options;
    const ledger = new Ledger({
      store: openBlockStore({ dataDir, logger }),
      chainIds: [zkChainId, fastChainId],
      proposer: ZERO_ADDRESS,
    });
    let zkChain: ZkChain | undefined;
    try {
      zkChain = await openZkChain({ dataDir, logger });
      await continueZkChain(zkChain, ledger, zkChainId, () => {});
      const followed = new FollowedLedger(options, ledger, zkChain);
      await followed.#recall(options);
      return followed;
    } catch (error) {
      await zkChain?.stop();
      await ledger.close();
      throw error;
    }
  }

  get headHeight(): number {
    return this.ledger.head?.header.height ?? -1;
  }

  /** Both chains have begun: there is something to read. */
  get began(): boolean {
    const { chainIds } = this.ledger;
    return chainIds.every((chainId) => this.ledger.chainHead(chainId) !== undefined);
  }

  get result(): VerifierResult {
    return this.#verifier.result;
  }

  /**
   * Checks the next block and keeps it. After an error there is no going on.
   * @throws NodeError, as `verifyLedger` does; LedgerError STORE_FAILED
   */
  async take(encoded: Uint8Array): Promise<Block> {
    const block = decode(encoded, this.headHeight + 1);
    await this.#verifier.check(block);
    await this.#append(block);
    this.fast.note(block);
    return block;
  }

  async close(): Promise<void> {
    await this.zkChain.stop();
    await this.ledger.close();
  }

  /** The disk may be slower than the network: then it sets the pace. */
  async #append(block: Block): Promise<void> {
    for (;;) {
      try {
        // Whoever needs it on disk asks the ledger; a disk that fails is told to its listeners.
        void this.ledger.append(block);
        return;
      } catch (error) {
        if (!(error instanceof LedgerError && error.code === "STORE_BUSY")) throw error;
        await this.ledger.whenDurable(this.headHeight as LedgerHeight);
      }
    }
  }

  /** Brings the fast chain, the games and the crossings to where the stored ledger ends. */
  async #recall({ fastChainId, onRecalled }: FollowedLedgerOptions): Promise<void> {
    const toHeight = this.headHeight;
    if (toHeight < 0) return;
    const deposits = depositsByBlock(this.zkChain);
    for (const block of this.ledger.blocks({ fromHeight: 0 as LedgerHeight })) {
      const { height, number, chainId } = block.header;
      if (chainId === fastChainId) {
        this.#verifier.recall(block);
        this.fast.note(block);
      } else {
        const receipts = (await this.zkChain.blockReceipts(number)) ?? [];
        this.#verifier.recall(block, { receipts, deposits: await deposits(number) });
      }
      onRecalled?.(height, toHeight);
    }
    await this.#verifier.resume();
  }
}

function decode(encoded: Uint8Array, height: number): Block {
  try {
    return decodeBlock(encoded);
  } catch (cause) {
    throw new NodeError("LEDGER_INVALID", `what came for height ${height} isn't a block`, {
      details: { height },
      cause,
    });
  }
}

/** Deposits of one ZK block after another. */
function depositsByBlock(zkChain: ZkChain): (number: ChainNumber) => Promise<Deposit[]> {
  const pieces = depositsFrom(zkChain, 0n);
  let waiting: Deposit[] = [];
  let ended = false;
  return async (number) => {
    while (!ended && (waiting.at(-1)?.zkNumber ?? -1) <= number) {
      const { value, done } = await pieces.next();
      if (done === true) ended = true;
      else waiting.push(...value);
    }
    const ofBlock = waiting.filter(({ zkNumber }) => zkNumber === number);
    waiting = waiting.filter(({ zkNumber }) => zkNumber > number);
    return ofBlock;
  };
}
