import { FastReplay, type LoadOptions, loadFastSnapshots } from "@weft/fast-chain";
import { type GameInstance, programsOf } from "@weft/game";
import { createMemoryStore, Ledger } from "@weft/ledger";
import type { Address, Block, CreateRoom, Deposit, Hash, Release } from "@weft/protocol";
import { hashReport } from "@weft/protocol";
import { ALLOWANCE, ASSETS, FAST_CHAIN, PROPOSER, ZK_CHAIN } from "../constants.ts";
import { countGame } from "../countGame.ts";
import { replayOps } from "../zk/modelZkChain.ts";
import { decodeOp, NO_ZK_STATE, rootOf, supplyOf, type ZkOp, type ZkState } from "../zk/zkState.ts";

export type Audit = {
  readonly fast: FastReplay;
  readonly zk: ZkState;
  /** The games of all rooms that there ever were, as a replay leaves them. */
  readonly programs: ReadonlyMap<Address, GameInstance<InstanceType<typeof countGame.state>>>;
};

type Program = GameInstance<InstanceType<typeof countGame.state>>;

export type AuditOptions = {
  readonly blocks: Iterable<Block>;
  /** Wallets that had something to begin with. */
  readonly wallets: number;
  /** The snapshots that are on the disk. */
  readonly machine: NonNullable<LoadOptions["machine"]>;
  readonly snapshotDir: string;
};

/**
 * Goes through a ledger as a stranger would: links, signatures, rules, roots, games, crossings; and adds up, after each block, what
 * there is of each asset.
 * @throws the first thing that is wrong
 */
export async function audit(options: AuditOptions): Promise<Audit> {
  const chainIds = [ZK_CHAIN, FAST_CHAIN];
  const ledger = new Ledger({ store: createMemoryStore(), chainIds, proposer: PROPOSER });
  const programs = new Map<Address, Program>();
  const source = programsOf([countGame as never]);
  const fast = new FastReplay(
    ledger,
    (room: CreateRoom) => {
      const program = source(room) as unknown as Program | undefined;
      if (program !== undefined) programs.set(room.room, program);
      return program;
    },
    undefined,
    {
      observer: {
        transaction: () => {},
        roomEvent: (_, event) => {
          if (event.type === "report") reports.set(event.report.roundId, hashReport(event.report));
        },
      },
    },
  );
  const reports = new Map<Hash, Hash>();
  const books = new Books(options.wallets, reports);
  for (const block of options.blocks) {
    // Checks hashes, roots of transactions and links, and that it has its place.
    await ledger.append(block);
    if (block.header.chainId === ZK_CHAIN) books.zkBlock(block);
    else books.fastBlock(block, fast);
    books.check(block, fast);
  }
  checkSnapshots(options, ledger, fast);
  return { fast, zk: books.zk, programs };
}

/** From each snapshot on, the rest of the ledger leads to the same root. */
function checkSnapshots(
  { machine, snapshotDir }: AuditOptions,
  ledger: Ledger,
  fast: FastReplay,
): void {
  const root = fast.state.currentRoot();
  for (const snapshot of loadFastSnapshots({ dir: snapshotDir, ledger, machine })) {
    const replay = new FastReplay(ledger, undefined, snapshot);
    for (const block of ledger.blocks({
      fromHeight: (snapshot.height + 1) as typeof snapshot.height,
    })) {
      if (block.header.chainId === FAST_CHAIN) replay.recall(block);
    }
    if (replay.state.currentRoot() !== root) {
      throw new Error(`from the snapshot at ${snapshot.height} on, the ledger has another root`);
    }
  }
}

/** Follows value from chain to chain, and prizes from reports to rounds. */
class Books {
  zk: ZkState = NO_ZK_STATE;
  readonly #supply: bigint;
  readonly #reports: ReadonlyMap<Hash, Hash>;
  readonly #deposits: Deposit[] = [];
  readonly #releases: Release[] = [];

  constructor(wallets: number, reports: ReadonlyMap<Hash, Hash>) {
    this.#supply = ALLOWANCE * BigInt(wallets);
    this.#reports = reports;
  }

  zkBlock({ header, transactions }: Block): void {
    const before = this.zk;
    this.zk = replayOps(before, transactions, header.number);
    if (rootOf(this.zk) !== header.stateRoot) throw wrong(header, "the ZK chain's root differs");
    this.#deposits.push(...this.zk.deposits.slice(before.deposits.length));
    for (const op of transactions.map(decodeOp)) {
      if (op.type === "release") this.#arrived(header, "release", op, this.#releases.shift());
      if (op.type === "report") this.#checkReport(header, op);
    }
  }

  fastBlock(block: Block, fast: FastReplay): void {
    const { deposits, releases } = fast.apply(block);
    for (const one of deposits) this.#arrived(block.header, "deposit", one, this.#deposits.shift());
    this.#releases.push(...releases);
  }

  /** What there was at first is what owners have, what the portal holds; and it holds what the fast chain owes. */
  check({ header }: Block, fast: FastReplay): void {
    for (const asset of ASSETS) {
      if (supplyOf(this.zk, asset) !== this.#supply)
        throw wrong(header, `there is more or less of ${asset}`);
      const sum = (moves: readonly (Deposit | Release)[]) =>
        moves.reduce((all, move) => (move.asset === asset ? all + move.amount : all), 0n);
      const owed = fast.supply(asset) + sum(this.#deposits) + sum(this.#releases);
      const held = this.zk.held.get(asset) ?? 0n;
      if (held !== owed)
        throw wrong(header, `the portal holds ${held} of ${asset}, and owes ${owed}`);
    }
  }

  #arrived(header: Block["header"], what: string, arrived: object, left: object | undefined): void {
    const same =
      left !== undefined &&
      Object.entries(left).every(
        ([key, value]) => (arrived as Record<string, unknown>)[key] === value,
      );
    if (!same) throw wrong(header, `a ${what} arrived that never left`);
  }

  /** Prizes: once for a round, at most as many as it opened with, and as the ledger's report has it. */
  #checkReport(
    header: Block["header"],
    { roundId, reportHash }: Extract<ZkOp, { type: "report" }>,
  ): void {
    const round = this.zk.rounds.get(roundId);
    if (this.#reports.get(roundId) !== reportHash)
      throw wrong(header, "a report that isn't the ledger's");
    if (round === undefined || round.minted > round.cap)
      throw wrong(header, "more prizes than the round's cap");
  }
}

const wrong = ({ height }: Block["header"], what: string) => new Error(`height ${height}: ${what}`);
