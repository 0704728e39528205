import type { Block as EvmBlock } from "@ethereumjs/block";
import type { Common, StateManagerInterface } from "@ethereumjs/common";
import type { VM } from "@ethereumjs/vm";
import type { Address, ZkGenesis } from "@weft/protocol";
import type { ExecutionReceipt } from "../types.ts";
import { createEvm, type HashOf } from "./createEvm.ts";
import { createEvmBlock, type Environment } from "./environment.ts";
import { bloomOf } from "./receipts.ts";

/** What blocks are executed by, all along the chain. */
export type ChainRules = {
  readonly genesis: ZkGenesis;
  readonly common: Common;
  readonly hashOf: HashOf;
};

/** One block on its way through the EVM: the steps in `execute….ts` add to it. */
export class BlockRun {
  readonly rules: ChainRules;
  readonly environment: Environment;
  readonly vm: VM;
  readonly evmBlock: EvmBlock;
  /** The block's transactions so far, as the ledger will hold them. */
  readonly transactions: Uint8Array[] = [];
  readonly receipts: ExecutionReceipt[] = [];
  /** The next nonces of those whose transactions were executed. */
  readonly senderNonces = new Map<Address, bigint>();
  /** Of the block's gas limit. */
  gasUsed = 0n;
  sizeBytes = 0;
  #logCount = 0;

  private constructor(rules: ChainRules, environment: Environment, vm: VM) {
    this.rules = rules;
    this.environment = environment;
    this.vm = vm;
    this.evmBlock = createEvmBlock(environment, vm.common);
  }

  static async start(
    rules: ChainRules,
    environment: Environment,
    state: StateManagerInterface,
  ): Promise<BlockRun> {
    return new BlockRun(rules, environment, await createEvm(rules.common, state, rules.hashOf));
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

  /** @param blockGas what the transaction takes of the block's gas limit. */
  addReceipt(
    receipt: Omit<ExecutionReceipt, "index" | "cumulativeGasUsed" | "logsBloom">,
    blockGas: bigint,
  ): void {
    this.gasUsed += blockGas;
    this.#logCount += receipt.logs.length;
    this.receipts.push({
      ...receipt,
      index: this.receipts.length,
      cumulativeGasUsed: this.gasUsed,
      logsBloom: bloomOf(receipt.logs),
    });
  }
}
