import { setImmediate as nextTurn } from "node:timers/promises";
import { createBlock } from "@ethereumjs/block";
import { Account, createAddressFromString } from "@ethereumjs/util";
import { createVM, runTx, type VM } from "@ethereumjs/vm";
import { movesCreationCode } from "@weft/contracts/testing";
import { createCommon, parseSignedTransaction } from "@weft/ethereum";
import { type Address, assert, chainId, type Hex, hexToBytes } from "@weft/protocol";
import { getContractAddress } from "viem";
import { lowerAddress } from "../../src/index.ts";
import { createSigner, signTransaction } from "../load/signTransaction.ts";
import type { MoveChain } from "./moveChain.ts";
import { createSenders, type SignedMove, signMoves } from "./signMoves.ts";

const CHAIN_ID = chainId(5702);
const GAS_LIMIT = 30_000_000n;
const BASE_FEE_WEI = 10n ** 9n;
const SENDERS = 100;
const BALANCE_WEI = 10n ** 24n;
/** Moves of one block at most, which fit into its gas. */
const MOVES_PER_BLOCK = 500;

/** EthereumJS as it comes, with its own state in memory and native signatures: a block at a time, of what has come in. */
export class EthereumJsChain implements MoveChain {
  readonly maxInFlight = 2 * MOVES_PER_BLOCK;
  onBlock: MoveChain["onBlock"] = () => {};
  readonly #vm: VM;
  readonly #moves: readonly SignedMove[];
  readonly #failure = Promise.withResolvers<never>();
  #number = 1n;
  #submitted = 0;
  #included = 0;
  #running: Promise<void> | undefined;

  private constructor(vm: VM, moves: readonly SignedMove[]) {
    this.#vm = vm;
    this.#moves = moves;
    this.#failure.promise.catch(() => {});
  }

  static async start(moveCount: number): Promise<EthereumJsChain> {
    const common = createCommon(CHAIN_ID);
    const vm = await createVM({ common });
    const deployer = createSigner("bench deployer");
    const senders = createSenders(SENDERS);
    for (const { address } of [deployer, ...senders]) {
      const account = new Account(0n, BALANCE_WEI);
      await vm.stateManager.putAccount(createAddressFromString(address), account);
    }
    const data = movesCreationCode;
    const deployment = signTransaction(deployer, {
      chainId: CHAIN_ID,
      nonce: 0,
      data,
      gas: 1_000_000n,
    });
    await executeBlock(vm, 1n, [deployment]);
    const to: Address = lowerAddress(getContractAddress({ from: deployer.address, nonce: 0n }));
    return new EthereumJsChain(vm, signMoves(moveCount, { chainId: CHAIN_ID, to, senders }));
  }

  get submitted(): number {
    return this.#submitted;
  }

  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  submitNext(): void {
    assert(this.#submitted < this.#moves.length, "a move that was signed");
    this.#submitted++;
    this.#running ??= this.#run().catch((error: unknown) => this.#failure.reject(error));
  }

  async stop(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // What is handed in in the same turn is for one block.
    await nextTurn();
    while (this.#included < this.#submitted) {
      const end = Math.min(this.#submitted, this.#included + MOVES_PER_BLOCK);
      const moves = this.#moves.slice(this.#included, end);
      await executeBlock(
        this.#vm,
        ++this.#number,
        moves.map(({ raw }) => raw),
      );
      const first = this.#included;
      this.#included = end;
      this.onBlock(moves.map((_, index) => first + index));
      await nextTurn();
    }
    this.#running = undefined;
  }
}

/**
 * With a state root after it, and no more: EthereumJS's `BlockBuilder` reads all of a block's transactions again for each
 * that is added, and gets slower with the square of their number.
 */
async function executeBlock(vm: VM, number: bigint, raw: readonly Hex[]): Promise<void> {
  const header = { number, timestamp: number, gasLimit: GAS_LIMIT, baseFeePerGas: BASE_FEE_WEI };
  const block = createBlock({ header }, { common: vm.common });
  for (const each of raw) {
    const { tx } = parseSignedTransaction(hexToBytes(each), vm.common);
    const { execResult } = await runTx(vm, { tx, block });
    if (execResult.exceptionError !== undefined) throw new Error("a transaction failed");
  }
  await vm.stateManager.getStateRoot();
}
