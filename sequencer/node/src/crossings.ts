import { portalAbi } from "@weft/contracts";
import type { Address, Block, Deposit, Release } from "@weft/protocol";
import type { ZkChain } from "@weft/zk-chain";
import { decodeFunctionResult, encodeFunctionData } from "viem";
import { NodeError } from "./errors.ts";

/**
 * Follows value from one chain to the other during a replay: what arrives must be what left, in order,
 * and for every asset the portal must hold, at every height, what the fast chain owes: its balances and
 * what is on its way.
 */
export class Crossings {
  readonly #zkChain: Pick<ZkChain, "call">;
  readonly #portal: Address;
  readonly #deposits: Deposit[] = [];
  readonly #releases: Release[] = [];
  /** What the portal says that it holds, for every asset that ever crossed. */
  readonly #held = new Map<Address, bigint>();
  #nextDeposit = 0n;
  #nextRelease = 0n;
  /** What had arrived on, and left, the fast chain where its blocks began to be seen. */
  #unseen = { deposits: 0n, withdrawals: 0n };

  constructor(zkChain: Pick<ZkChain, "call">, portal: Address) {
    this.#zkChain = zkChain;
    this.#portal = portal;
  }

  /** The fast chain is seen only from a later state on: what crossed before is taken on trust. */
  beginAt({ deposits, withdrawals }: { deposits: bigint; withdrawals: bigint }): void {
    this.#unseen = { deposits, withdrawals };
  }

  depositsLeft(deposits: readonly Deposit[]): void {
    this.#deposits.push(...deposits.filter(({ nonce }) => nonce >= this.#unseen.deposits));
    for (const { nonce } of deposits) this.#nextDeposit = nonce + 1n;
  }

  releasesLeft(releases: readonly Release[]): void {
    this.#releases.push(...releases);
  }

  /** @throws NodeError CROSSING_MISMATCH */
  depositArrived(block: Block, deposit: Deposit): void {
    const expected = this.#deposits.shift();
    if (!isSame(deposit, expected)) mismatch(block, "deposit", deposit, expected);
  }

  /** @throws NodeError CROSSING_MISMATCH */
  releaseArrived(block: Block, release: Release): void {
    this.#nextRelease = release.nonce + 1n;
    if (release.nonce < this.#unseen.withdrawals) return;
    const expected = this.#releases.shift();
    if (!isSame(release, expected)) mismatch(block, "release", release, expected);
  }

  /** After a ZK block: asks the portal what it holds now of what crossed in it. */
  async readHeld(assets: Iterable<Address>): Promise<void> {
    for (const asset of new Set(assets)) {
      const call = { abi: portalAbi, functionName: "held" } as const;
      const data = encodeFunctionData({ ...call, args: [asset] });
      const answer = await this.#zkChain.call({ to: this.#portal, data });
      this.#held.set(asset, decodeFunctionResult({ ...call, data: answer }));
    }
  }

  /**
   * @param supply what the fast chain's accounts have of an asset, together.
   * @throws NodeError SUPPLY_MISMATCH
   */
  checkConservation({ header }: Block, supply: (asset: Address) => bigint): void {
    // Until all that left unseen has arrived, nobody knows how much is on its way.
    const { deposits, withdrawals } = this.#unseen;
    if (this.#nextDeposit < deposits || this.#nextRelease < withdrawals) return;
    for (const [asset, held] of this.#held) {
      const inFlight = sumOf(this.#deposits, asset) + sumOf(this.#releases, asset);
      const owed = supply(asset) + inFlight;
      if (held === owed) continue;
      const { height } = header;
      throw new NodeError(
        "SUPPLY_MISMATCH",
        `height ${height}: the portal holds ${held} of ${asset}, the fast chain owes ${owed}`,
        { details: { height, asset, held, owed, inFlight } },
      );
    }
  }
}

function sumOf(moves: readonly (Deposit | Release)[], asset: Address): bigint {
  return moves.reduce((sum, move) => (move.asset === asset ? sum + move.amount : sum), 0n);
}

/** Whether every field of what left is found again in what arrived. */
function isSame<T extends object>(arrived: T, left: T | undefined): boolean {
  if (left === undefined) return false;
  return (Object.keys(left) as (keyof T)[]).every((key) => arrived[key] === left[key]);
}

function mismatch({ header }: Block, what: string, got: object, expected?: object): never {
  const { height } = header;
  throw new NodeError("CROSSING_MISMATCH", `height ${height}: a ${what} that never left`, {
    details: { height, got, expected },
  });
}
