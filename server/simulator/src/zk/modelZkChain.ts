import type { beginOrContinueZkChain, ZkBlockProducer } from "@weft/node/simulation";
import {
  assert,
  type Block,
  type BlockHeader,
  type ChainNumber,
  type Deposit,
  type Hash,
  type Release,
  transactionsRoot,
} from "@weft/protocol";
import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";
import type { OnMark } from "../marks.ts";
import type { ZkDisk } from "./zkDisk.ts";
import {
  applyOp,
  decodeOp,
  encodeOp,
  NO_ZK_STATE,
  rootOf,
  type ZkBalance,
  type ZkMutation,
  type ZkOp,
  type ZkState,
} from "./zkState.ts";

/** As the node's own code takes a ZK chain. */
export type NodeZkChain = Parameters<typeof beginOrContinueZkChain>[0];
type ProducerZkChain = ConstructorParameters<typeof ZkBlockProducer>[0]["zkChain"];

type Waiting = { readonly op: ZkOp; resolve(): void; reject(error: Error): void };

type Built = {
  readonly number: ChainNumber;
  readonly transactions: readonly Uint8Array[];
  readonly transactionsRoot: Hash;
  readonly stateRoot: Hash;
  readonly deposits: readonly Deposit[];
  readonly state: ZkState;
  readonly done: readonly Waiting[];
};

export type ModelZkChainOptions = {
  readonly life: Lifetime;
  readonly disk: ZkDisk;
  readonly random: Random;
  readonly balances: readonly ZkBalance[];
  readonly mutation?: ZkMutation | undefined;
  readonly onMark: OnMark;
};

/**
 * Stands for the ZK chain, its EVM and its contracts: books instead of an EVM, behind as much of `ZkChain` as a node asks
 * for. It answers after a while, as from another thread.
 */
export class ModelZkChain {
  readonly #options: ModelZkChainOptions;
  #waiting: Waiting[] = [];
  #built: Built | undefined;
  #onPending: () => void = () => {};

  constructor(options: ModelZkChainOptions) {
    this.#options = options;
  }

  /** For the node: only what is in here is ever called. */
  get asNodeChain(): NodeZkChain & ProducerZkChain {
    return this as unknown as NodeZkChain & ProducerZkChain;
  }

  get state(): ZkState {
    return this.#options.disk.records.at(-1)?.state ?? NO_ZK_STATE;
  }

  onPending(listener: () => void): void {
    this.#onPending = listener;
  }

  /** Resolves when the op is in a block; rejects with the name of what refused it. */
  submit(op: ZkOp): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ op, resolve, reject });
      this.#onPending();
    });
  }

  async buildGenesis(): Promise<Built> {
    const genesis: ZkOp = { type: "genesis", balances: this.#options.balances };
    return this.#answer(() => this.#build([genesis], [], 0 as ChainNumber));
  }

  async build({ releases }: { releases: readonly Release[] }): Promise<Built | undefined> {
    return this.#answer(() => {
      const waiting = this.#waiting;
      this.#waiting = [];
      if (waiting.length === 0 && releases.length === 0) return undefined;
      const ops = releases.map((one): ZkOp => ({ type: "release", ...one }));
      return this.#build(ops, waiting, this.#options.disk.records.length as ChainNumber);
    });
  }

  #build(ops: readonly ZkOp[], waiting: readonly Waiting[], number: ChainNumber): Built {
    assert(this.#built === undefined, "one block is built at a time");
    const before = this.state;
    let state = before;
    const transactions: Uint8Array[] = [];
    for (const op of ops) {
      const outcome = applyOp(state, op, number, this.#options.mutation);
      if ("refused" in outcome) throw new Error(`RELEASES_INVALID: ${outcome.refused}`);
      state = outcome.state;
      transactions.push(encodeOp(op));
    }
    const done: Waiting[] = [];
    for (const one of waiting) {
      const outcome = applyOp(state, one.op, number, this.#options.mutation);
      if ("refused" in outcome) {
        one.reject(new Error(outcome.refused));
        continue;
      }
      state = outcome.state;
      transactions.push(encodeOp(one.op));
      done.push(one);
    }
    const deposits = state.deposits.slice(before.deposits.length);
    const roots = { transactionsRoot: transactionsRoot(transactions), stateRoot: rootOf(state) };
    this.#built = { number, transactions, ...roots, deposits, state, done };
    return this.#built;
  }

  async commit(header: BlockHeader, hash: Hash): Promise<void> {
    return this.#answer(() => {
      const built = this.#built;
      assert(built !== undefined, "a block is built before it is committed");
      this.#built = undefined;
      this.#options.disk.records.push({ header, hash, state: built.state });
      for (const { resolve } of built.done) resolve();
    });
  }

  async discard(): Promise<void> {
    return this.#answer(() => {
      this.#waiting = [...(this.#built?.done ?? []), ...this.#waiting];
      this.#built = undefined;
    });
  }

  async execute({ header, hash, transactions }: Block): Promise<void> {
    this.#options.onMark("the ZK chain is brought up to the ledger");
    return this.#answer(() => {
      const state = replayOps(this.state, transactions, header.number, this.#options.mutation);
      assert(rootOf(state) === header.stateRoot, "a ZK block comes to the state that it came to");
      this.#options.disk.records.push({ header, hash, state });
    });
  }

  async rollBackTo(number: ChainNumber | undefined): Promise<void> {
    this.#options.onMark("the ZK chain is taken back");
    return this.#answer(() => {
      const { disk } = this.#options;
      disk.records = disk.records.slice(0, number === undefined ? 0 : number + 1);
    });
  }

  newest() {
    return this.blockByNumber((this.#options.disk.records.length - 1) as ChainNumber);
  }

  async blockByNumber(number: ChainNumber) {
    return this.#answer(() => {
      const record = this.#options.disk.records[number];
      return record && { number, hash: record.hash, header: record.header };
    });
  }

  async nextReleaseNonce(): Promise<bigint> {
    return this.#answer(() => this.state.released);
  }

  async depositsFrom(nonce: bigint): Promise<readonly Deposit[]> {
    return this.#answer(() => this.state.deposits.slice(Number(nonce)));
  }

  #answer<T>(run: () => T): Promise<T> {
    return this.#options.life.later(this.#options.random.between(0.02, 2), run);
  }
}

/** The state after a block's transactions. */
export function replayOps(
  before: ZkState,
  transactions: readonly Uint8Array[],
  zkNumber: ChainNumber,
  mutation?: ZkMutation,
): ZkState {
  let state = before;
  for (const encoded of transactions) {
    const outcome = applyOp(state, decodeOp(encoded), zkNumber, mutation);
    assert("state" in outcome, "what is in a ZK block was possible");
    state = outcome.state;
  }
  return state;
}
