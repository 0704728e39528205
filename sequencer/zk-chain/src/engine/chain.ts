import { createCommon, type SignedEthereumTransaction } from "@weft/ethereum";
import {
  type Block,
  type BlockHeader,
  type ChainNumber,
  encodeZkTransaction,
  type Hash,
  type Release,
  type TimestampMs,
  timestampMs,
  type ZkGenesis,
} from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import { MAX_BUILD_ATTEMPTS, STATE_HISTORY_BLOCKS } from "../limits.ts";
import type { ExecutedBlock } from "../types.ts";
import { nextBaseFee } from "./baseFee.ts";
import { BlockRun, type ChainRules } from "./blockRun.ts";
import { buildBlock, type Dropped, UnexecutableError } from "./buildBlock.ts";
import { checkBuiltHeader, createBuiltBlock, createRecord } from "./createRecord.ts";
import { type Environment, genesisEnvironment, nextEnvironment } from "./environment.ts";
import { executeGenesis } from "./executeGenesis.ts";
import { checkReleases } from "./executeRelease.ts";
import { invalidBlock, under } from "./invalidBlock.ts";
import { Mempool } from "./mempool.ts";
import { readAccount } from "./readAccount.ts";
import { checkHeader, readContent, replayBlock } from "./replayBlock.ts";
import { decodeGenesis, readGenesisBlock } from "./replayGenesis.ts";
import type { StateBackend } from "./state/stateBackend.ts";
import { ChainIndex, type HistoryLimits } from "./store/chainIndex.ts";

/** What the genesis decides, once and for all. */
export type Ground = { readonly rules: ChainRules };

/** An executed block whose effects nobody sees yet. */
type OpenBlock = {
  readonly ground: Ground;
  readonly run: BlockRun;
  readonly built: ExecutedBlock;
  readonly releaseCount: number;
};

/**
 * The life of blocks: open, then committed or discarded. Its methods must not overlap, `submit`
 * included; the engine calls them one after the other.
 */
export class Chain {
  readonly index: ChainIndex;
  readonly backend: StateBackend;
  #ground: Ground | undefined;
  #open: OpenBlock | undefined;
  #mempool = new Mempool();

  /**
   * Goes on where the backend's last block ended.
   * @throws ZkChainError STORE_CORRUPT
   */
  constructor(backend: StateBackend, limits: HistoryLimits) {
    this.backend = backend;
    this.index = new ChainIndex(backend.records, limits);
    const { genesis } = this.index;
    if (genesis !== undefined) this.#ground = { rules: this.#rulesOf(decodeGenesis(genesis)) };
  }

  get mempool(): Mempool {
    return this.#mempool;
  }

  /** The nonce of the next release: how many are in committed blocks. */
  get nextReleaseNonce(): bigint {
    return this.index.releaseCount;
  }

  /** @throws ZkChainError NO_GENESIS */
  get ground(): Ground {
    if (this.#ground === undefined)
      throw new ZkChainError("NO_GENESIS", "the chain has no genesis");
    return this.#ground;
  }

  /** @throws ZkChainError NO_GENESIS */
  get newest() {
    const newest = this.index.newest;
    if (newest === undefined) throw new ZkChainError("NO_GENESIS", "the chain has no genesis");
    return newest;
  }

  async buildGenesis(genesis: ZkGenesis): Promise<ExecutedBlock> {
    this.#refuseOpen();
    if (this.#ground !== undefined) {
      throw new ZkChainError("GENESIS_EXISTS", "the chain has a genesis");
    }
    this.#open = await this.#executeGenesis(genesis);
    return this.#open.built;
  }

  /** @returns the block, unless there is nothing to build, and what had to leave the mempool. */
  async build(input: {
    readonly timestampMs: TimestampMs;
    readonly releases: readonly Release[];
  }): Promise<{ built: ExecutedBlock | undefined; dropped: readonly Dropped[] }> {
    this.#refuseOpen();
    const { rules } = this.ground;
    const parent = this.newest;
    checkReleases(input.releases, this.nextReleaseNonce);
    // The EVM's clock never goes back, whatever the caller's does.
    const now = timestampMs(Math.max(input.timestampMs, parent.environment.timestampMs));
    const environment = nextEnvironment(rules.genesis, parent.info, now);

    const dropped: Dropped[] = [];
    for (let attempt = 1; attempt <= MAX_BUILD_ATTEMPTS; attempt++) {
      // An empty block is built only to let the base fee fall to what the waiting ones offer.
      if (input.releases.length === 0 && !this.mempool.hasHeads()) break;
      const run = await this.#start(environment);
      try {
        const unfit = await buildBlock(run, this.mempool, { ...input, timestampMs: now });
        for (const { hash } of unfit) this.mempool.remove(hash);
        dropped.push(...unfit);
      } catch (error) {
        if (!(error instanceof UnexecutableError)) throw error;
        this.mempool.remove(error.hash);
        const { hash, message, cause } = error;
        dropped.push({ hash, error: new ZkChainError("INTERNAL", message, { cause }) });
        continue;
      }
      if (run.receipts.length === 0 && !this.mempool.hasHeads()) break;
      const built = await createBuiltBlock(run);
      const releaseCount = input.releases.length;
      this.#open = { ground: this.ground, run, built, releaseCount };
      return { built, dropped };
    }
    return { built: undefined, dropped };
  }

  async commit(header: BlockHeader, hash: Hash): Promise<void> {
    const open = this.#open;
    if (open === undefined) throw new ZkChainError("NO_BUILD", "no block is built");
    checkBuiltHeader(open, header, hash);
    await this.#commit(open, header, hash);
  }

  async discard(): Promise<void> {
    if (this.#open === undefined) throw new ZkChainError("NO_BUILD", "no block is built");
    this.#open = undefined;
  }

  async execute(block: Block): Promise<ExecutedBlock> {
    this.#refuseOpen();
    const open =
      this.#ground === undefined
        ? await this.#replayGenesis(block)
        : await this.#replay(block, this.ground);
    if (open.built.stateRoot !== block.header.stateRoot) {
      invalidBlock("stateRoot", "the state after it isn't the header's", {
        details: { expected: block.header.stateRoot, computed: open.built.stateRoot },
      });
    }
    await this.#commit(open, block.header, block.hash);
    return open.built;
  }

  async rollBackTo(number: ChainNumber | undefined): Promise<void> {
    this.#refuseOpen();
    if (this.#ground === undefined && number === undefined) return;
    const newest = this.newest.info.number;
    if (number !== undefined && number > newest) {
      throw new ZkChainError("BLOCK_UNKNOWN", `no block ${number} yet`);
    }
    if (number === newest) return;
    if (newest - (number ?? -1) >= STATE_HISTORY_BLOCKS) {
      throw new ZkChainError("STATE_UNAVAILABLE", `more than ${STATE_HISTORY_BLOCKS} blocks back`, {
        details: { number, newest, historyBlocks: STATE_HISTORY_BLOCKS },
      });
    }
    const prepared = this.index.prepareRollBack(number);
    await this.backend.rollBackTo(number, prepared.changes);
    prepared.done();
    this.#mempool = new Mempool();
    if (number === undefined) this.#ground = undefined;
  }

  /** @returns whether there is more to build now. */
  async submit(transaction: SignedEthereumTransaction): Promise<boolean> {
    const { rules } = this.ground;
    const { info } = this.newest;
    const state = await this.backend.view(info.header.stateRoot);
    const account = await readAccount(state, transaction.sender);
    return this.mempool.add(transaction, account, {
      gasLimit: rules.genesis.gasLimit,
      baseFeePerGas: nextBaseFee(info),
    });
  }

  #refuseOpen(): void {
    if (this.#open !== undefined) {
      throw new ZkChainError("BUILD_PENDING", "a built block waits for commit or discard");
    }
  }

  async #start(environment: Environment): Promise<BlockRun> {
    return BlockRun.start(this.ground.rules, environment, await this.backend.fork());
  }

  async #executeGenesis(genesis: ZkGenesis): Promise<OpenBlock> {
    const rules = this.#rulesOf(genesis);
    const fork = await this.backend.fork();
    const run = await BlockRun.start(rules, genesisEnvironment(genesis), fork);
    await executeGenesis(run);
    return { ground: { rules }, run, built: await createBuiltBlock(run), releaseCount: 0 };
  }

  #rulesOf(genesis: ZkGenesis): ChainRules {
    const hashOf: ChainRules["hashOf"] = (number) => this.index.byNumber(number)?.info.hash;
    return { genesis, common: createCommon(genesis.chainId), hashOf };
  }

  async #replayGenesis(block: Block): Promise<OpenBlock> {
    const genesis = await readGenesisBlock(block);
    return under("transaction", { index: 0 }, () => this.#executeGenesis(genesis));
  }

  async #replay(block: Block, ground: Ground): Promise<OpenBlock> {
    const parent = this.newest;
    const { genesis, common } = ground.rules;
    checkHeader(block, genesis, parent.info);
    const content = await readContent(block, common);
    const clock = content.begin.timestampMs;
    if (clock < parent.environment.timestampMs || clock > block.header.timestampMs) {
      invalidBlock("timestamp", "the EVM's clock isn't between the parent's and the header's");
    }
    const run = await this.#start(nextEnvironment(genesis, parent.info, clock));
    await replayBlock(run, block, content, this.nextReleaseNonce);
    const built = await createBuiltBlock(run);
    return { ground, run, built, releaseCount: content.releases.length };
  }

  async #commit(open: OpenBlock, header: BlockHeader, hash: Hash): Promise<void> {
    const { run, built, releaseCount } = open;
    const record = createRecord(open, { header, hash });
    const genesis = encodeZkTransaction({ type: "genesis", ...run.rules.genesis });
    const { deposits } = built;
    const prepared = this.index.prepareAppend(record, { deposits, releaseCount, genesis });
    await run.fork.commit(built.number, prepared.changes);
    prepared.done();
    this.#open = undefined;
    this.#ground = open.ground;
    for (const [sender, nonce] of open.run.senderNonces) this.mempool.setNonce(sender, nonce);
  }
}
