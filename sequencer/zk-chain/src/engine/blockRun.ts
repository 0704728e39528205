import type { Block as EvmBlock } from "@ethereumjs/block";
import type { Common, StateManagerInterface } from "@ethereumjs/common";
import type { VM } from "@ethereumjs/vm";
import type { Address, ZkGenesis } from "@weft/protocol";
import type { ExecutionReceipt } from "../types.ts";
import { createEvm, type HashOf } from "./createEvm.ts";
import { createEvmBlock, type Environment } from "./environment.ts";
import { bloomOf } from "./receipts.ts";
import type { StateFork } from "./state/stateBackend.ts";

/** What blocks are executed by, all along the chain. */
export type ChainRules = {
  readonly genesis: ZkGenesis;
  readonly common: Common;
  readonly hashOf: HashOf;
};

/** What a transaction's own execution says; the rest of its receipt depends on the block. */
type OwnReceipt = Omit<
  ExecutionReceipt,
  "index" | "cumulativeGasUsed" | "logsBloom" | "preStateRoot" | "postStateRoot"
>;

/** A receipt while the block goes on: roots are hashed at its end, all of them together. */
type ReceiptSoFar = Omit<ExecutionReceipt, "preStateRoot" | "postStateRoot">;

/** One block on its way through the EVM: the steps in `execute….ts` add to it. */
export class BlockRun {
  readonly rules: ChainRules;
  readonly environment: Environment;
  readonly fork: StateFork;
  readonly vm: VM;
  readonly evmBlock: EvmBlock;
  /** The block's transactions so far, as the ledger will hold them. */
  readonly transactions: Uint8Array[] = [];
  readonly receipts: ReceiptSoFar[] = [];
  /** The next nonces of those whose transactions were executed. */
  readonly senderNonces = new Map<Address, bigint>();
  /** Of the block's gas limit. */
  gasUsed = 0n;
  sizeBytes = 0;
  #logCount = 0;

  private constructor(rules: ChainRules, environment: Environment, fork: StateFork, vm: VM) {
    this.rules = rules;
    this.environment = environment;
    this.fork = fork;
    this.vm = vm;
    this.evmBlock = createEvmBlock(environment, vm.common);
  }

  static async start(
    rules: ChainRules,
    environment: Environment,
    fork: StateFork,
  ): Promise<BlockRun> {
    const vm = await createEvm(rules.common, fork.state, rules.hashOf);
    return new BlockRun(rules, environment, fork, vm);
  }

  get state(): StateManagerInterface {
    return this.vm.stateManager;
  }

  get gasLeft(): bigint {
    return this.environment.gasLimit - this.gasUsed;
  }

  /** Logs that the block has so far: the index of the next one. */
  get logCount(): number {
    return this.#logCount;
  }

  addTransaction(raw: Uint8Array): void {
    this.transactions.push(raw);
    this.sizeBytes += raw.length;
  }

  /** Ends a transaction in the state. @param blockGas what it takes of the block's gas limit. */
  async addReceipt(receipt: OwnReceipt, blockGas: bigint): Promise<void> {
    await this.fork.endTransaction();
    this.gasUsed += blockGas;
    this.#logCount += receipt.logs.length;
    this.receipts.push({
      ...receipt,
      index: this.receipts.length,
      cumulativeGasUsed: this.gasUsed,
      logsBloom: bloomOf(receipt.logs, this.rules.common),
    });
  }
}
