import { contractAddresses } from "@weft/contracts";
import { FastReplay, type FastSnapshot, type ProgramSource } from "@weft/fast-chain";
import { BlockLinks, type Ledger } from "@weft/ledger";
import {
  type Address,
  assert,
  type Block,
  type ChainId,
  type CreateRoom,
  type Deposit,
  decodeZkTransaction,
  type Hash,
  type LedgerHeight,
  type RoundOpenEvent,
  ZERO_HASH,
} from "@weft/protocol";
import type { ZkChain } from "@weft/zk-chain";
import { Crossings } from "../crossings.ts";
import { NodeError } from "../errors.ts";
import { lowerAddress } from "../genesis.ts";
import { isMachineFailure } from "../machineFailure.ts";
import { Logins } from "./logins.ts";
import { type ExecutedLogs, Reports } from "./reports.ts";

export type LedgerVerifierOptions = {
  /** Has all blocks below the one that is checked. */
  readonly ledger: Ledger;
  readonly fastChainId: ChainId;
  readonly zkChainId: ChainId;
  /** Executes what is checked; where the last block that was checked or recalled left it. */
  readonly zkChain: ZkChain;
  readonly programs?: ProgramSource;
  /** Where the fast chain's state is taken from, instead of replaying what led to it. */
  readonly from?: FastSnapshot;
};

export type VerifierResult = {
  readonly fastBlocks: number;
  readonly zkBlocks: number;
  /** The state roots that replaying came to, each chain's at its last block. */
  readonly stateRoots: { readonly fast: Hash; readonly zk: Hash };
  /** Rooms whose game wasn't run again, by the game's name: it isn't among the programs, or not as it was. */
  readonly uncheckedRooms: Readonly<Record<string, number>>;
  /** Rounds' reports that both chains have, and those that the ZK chain doesn't have (yet). */
  readonly reports: { readonly arrived: number; readonly missing: number };
};

/** What a ZK block did, of which the chain keeps a record. */
export type ExecutedBlock = {
  readonly deposits: readonly Deposit[];
  readonly receipts: readonly ExecutedLogs[];
};

/** Goes along a ledger, both chains anew, and stops at the first thing that is wrong. */
export class LedgerVerifier {
  readonly #options: LedgerVerifierOptions;
  readonly #fast: FastReplay;
  readonly #crossings: Crossings;
  readonly #logins: Logins;
  readonly #reports: Reports;
  readonly #unchecked: Record<string, number> = {};
  readonly #stateRoots = { fast: ZERO_HASH, zk: ZERO_HASH };
  /** What crossed in blocks that were recalled. */
  readonly #assets = new Set<Address>();
  #links: BlockLinks;
  #fastBlocks = 0;
  #zkBlocks = 0;
  /** Rounds that opened in the block that is being applied. */
  #opened: { readonly game: string; readonly event: RoundOpenEvent }[] = [];

  constructor(options: LedgerVerifierOptions) {
    const { fastChainId, zkChainId, zkChain, from } = options;
    this.#options = options;
    this.#links = new BlockLinks([fastChainId, zkChainId]);
    this.#crossings = new Crossings(zkChain, lowerAddress(contractAddresses.portal));
    this.#logins = new Logins(zkChain);
    this.#reports = new Reports(from?.height);
    this.#fast = this.#createReplay();
    if (from === undefined) return;
    this.#crossings.beginAt(from.state);
    for (const { game } of from.state.rooms()) this.#countUnchecked(game);
  }

  get fast(): FastReplay {
    return this.#fast;
  }

  get result(): VerifierResult {
    return {
      fastBlocks: this.#fastBlocks,
      zkBlocks: this.#zkBlocks,
      stateRoots: this.#stateRoots,
      uncheckedRooms: this.#unchecked,
      reports: { arrived: this.#reports.arrived, missing: this.#reports.missing },
    };
  }

  /** Checks the next block. After an error there is no going on. @throws NodeError, as `verifyLedger` does */
  async check(block: Block): Promise<void> {
    const { fastChainId, from } = this.#options;
    const { height, chainId } = block.header;
    guarded(block.header, () => this.#links.follow(block));
    if (chainId !== fastChainId) {
      this.#zkBlocks++;
      await this.#execute(block);
    } else {
      this.#fastBlocks++;
      if (height > (from?.height ?? -1)) await this.#apply(block);
    }
    if (height >= (from?.height ?? 0)) {
      this.#crossings.checkConservation(block, (asset) => this.#fast.supply(asset));
    }
  }

  /**
   * Takes in a block that was checked before, by this node or one with the same store; of one of the ZK chain
   * what it did then. `resume` comes after the last.
   * @throws NodeError LEDGER_INVALID when it doesn't apply
   */
  recall(block: Block, executed?: ExecutedBlock): void {
    if (executed === undefined) {
      this.#fastBlocks++;
      this.#opened = [];
      const { deposits, releases } = guarded(block.header, () => this.#fast.recall(block));
      for (const deposit of deposits) this.#crossings.depositArrived(block, deposit);
      this.#crossings.releasesLeft(releases);
      this.#logins.forget();
      this.#stateRoots.fast = this.#fast.state.committedRoot;
      for (const { game, event } of this.#opened) this.#reports.opened(block, game, event);
    } else {
      this.#zkBlocks++;
      this.#takeIn(block, executed);
      this.#stateRoots.zk = block.header.stateRoot;
    }
  }

  /** All blocks that were there are recalled: goes on after them. */
  async resume(): Promise<void> {
    const { ledger, fastChainId, zkChainId } = this.#options;
    const { head } = ledger;
    assert(head !== undefined, "there are blocks to go on after");
    const ids = [zkChainId, fastChainId];
    const chainHeads = ids.flatMap((chainId) => ledger.chainHead(chainId) ?? []);
    this.#links = new BlockLinks(ids, { head, chainHeads });
    await this.#crossings.readHeld(this.#assets);
  }

  #createReplay(): FastReplay {
    const { ledger, programs, from } = this.#options;
    const counted = (create: CreateRoom) => {
      const program = programs?.(create);
      if (program === undefined) this.#countUnchecked(create.game);
      return program;
    };
    return new FastReplay(ledger, counted, from, {
      observer: {
        transaction: (transaction) => this.#logins.applied(transaction),
        roomEvent: ({ game }, event) => {
          if (event.type === "report") this.#reports.made(game, event.report);
          if (event.type === "roundOpen") this.#opened.push({ game, event });
        },
      },
    });
  }

  #countUnchecked(game: string): void {
    this.#unchecked[game] = (this.#unchecked[game] ?? 0) + 1;
  }

  async #apply(block: Block): Promise<void> {
    this.#opened = [];
    const { deposits, releases } = guarded(block.header, () => this.#fast.apply(block));
    for (const deposit of deposits) this.#crossings.depositArrived(block, deposit);
    this.#crossings.releasesLeft(releases);
    for (const { game, event } of this.#opened) this.#reports.opened(block, game, event);
    this.#stateRoots.fast = this.#fast.state.committedRoot;
    await this.#logins.check(block);
  }

  async #execute(block: Block): Promise<void> {
    const executed = await this.#options.zkChain.execute(block).catch((cause) => {
      if (isMachineFailure(cause)) throw cause;
      return invalid(block.header, cause);
    });
    await this.#crossings.readHeld(this.#takeIn(block, executed));
    this.#stateRoots.zk = executed.stateRoot;
  }

  /** @returns the assets that crossed */
  #takeIn(block: Block, { deposits, receipts }: ExecutedBlock): Address[] {
    const releases = block.transactions
      .map((encoded) => guarded(block.header, () => decodeZkTransaction(encoded)))
      .filter((transaction) => transaction.type === "release");
    for (const release of releases) this.#crossings.releaseArrived(block, release);
    this.#crossings.depositsLeft(deposits);
    this.#reports.executed(block, receipts);
    const assets = [...deposits, ...releases].map(({ asset }) => asset);
    for (const asset of assets) this.#assets.add(asset);
    return assets;
  }
}

type At = { readonly height: LedgerHeight; readonly chainId?: ChainId };

/** Says of what the work throws at which height it was. */
export function guarded<T>(at: At, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    // What the rules of a whole node found says its height already.
    if (cause instanceof NodeError) throw cause;
    return invalid(at, cause);
  }
}

function invalid({ height, chainId }: At, cause: unknown): never {
  const { message } = cause as Error;
  throw new NodeError("LEDGER_INVALID", `height ${height} is wrong: ${message}`, {
    details: { height, chainId },
    cause,
  });
}
