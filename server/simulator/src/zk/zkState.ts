import {
  type Address,
  bytesToHex,
  type Deposit,
  decodeValue,
  encodeValue,
  type Hash,
  type Release,
  sha256,
  type Value,
} from "@weft/protocol";

/** What somebody asks of the model ZK chain. Each is one transaction. */
export type ZkOp =
  | { readonly type: "genesis"; readonly balances: readonly ZkBalance[] }
  | ({ readonly type: "release" } & Release)
  | {
      readonly type: "deposit";
      readonly from: Address;
      readonly nonce: number;
      readonly asset: Address;
      readonly amount: bigint;
      readonly recipient: Address;
    }
  | {
      readonly type: "openRound";
      readonly roundId: Hash;
      readonly cap: number;
      readonly deadlineMs: number;
    }
  | {
      readonly type: "report";
      readonly roundId: Hash;
      readonly reportHash: Hash;
      readonly mints: readonly { readonly to: Address; readonly item: string }[];
    };

export type ZkBalance = {
  readonly owner: Address;
  readonly asset: Address;
  readonly amount: bigint;
};

export type ZkRound = {
  readonly cap: number;
  readonly deadlineMs: number;
  readonly reportHash: Hash | undefined;
  readonly minted: number;
};

/** The books of the model: balances, what the portal holds, rounds and prizes. Never changed in place. */
export type ZkState = {
  readonly nonces: ReadonlyMap<Address, number>;
  /** By asset and owner. */
  readonly balances: ReadonlyMap<string, bigint>;
  /** What the portal has, by asset. */
  readonly held: ReadonlyMap<Address, bigint>;
  /** All that the portal ever took in. */
  readonly deposits: readonly Deposit[];
  /** The nonce of the next release. */
  readonly released: bigint;
  readonly rounds: ReadonlyMap<Hash, ZkRound>;
};

export const NO_ZK_STATE: ZkState = {
  nonces: new Map(),
  balances: new Map(),
  held: new Map(),
  deposits: [],
  released: 0n,
  rounds: new Map(),
};

/** The model's faults, to show that the checks find them. */
export type ZkMutation = "paysTwice" | "mintsTwice";

/** What an op changes, or why it can't. */
export type ZkOutcome = { readonly state: ZkState } | { readonly refused: string };

export const encodeOp = (op: ZkOp): Uint8Array => encodeValue(op as unknown as Value);
export const decodeOp = (encoded: Uint8Array): ZkOp => decodeValue(encoded) as unknown as ZkOp;

/** The model's state transition. @param zkNumber the block that holds the op. */
export function applyOp(
  state: ZkState,
  op: ZkOp,
  zkNumber: Deposit["zkNumber"],
  mutation?: ZkMutation,
): ZkOutcome {
  switch (op.type) {
    case "genesis": {
      const balances = op.balances.map((one) => [keyOf(one.asset, one.owner), one.amount] as const);
      return { state: { ...state, balances: new Map(balances) } };
    }
    case "release":
      return release(state, op, mutation);
    case "deposit":
      return deposit(state, op, zkNumber);
    case "openRound": {
      const { roundId, cap, deadlineMs } = op;
      if (state.rounds.has(roundId)) return { refused: "RoundExists" };
      const round: ZkRound = { cap, deadlineMs, reportHash: undefined, minted: 0 };
      return { state: { ...state, rounds: withEntry(state.rounds, roundId, round) } };
    }
    case "report":
      return report(state, op, mutation);
  }
}

function release(
  state: ZkState,
  { nonce, asset, recipient, amount }: Extract<ZkOp, { type: "release" }>,
  mutation: ZkMutation | undefined,
): ZkOutcome {
  const held = (state.held.get(asset) ?? 0n) - amount;
  if (nonce !== state.released) return { refused: "ReleaseOutOfOrder" };
  if (held < 0n) return { refused: "PortalEmpty" };
  const paid = mutation === "paysTwice" && nonce % 3n === 2n ? 2n * amount : amount;
  return {
    state: {
      ...state,
      released: nonce + 1n,
      held: withEntry(state.held, asset, held),
      balances: added(state.balances, keyOf(asset, recipient), paid),
    },
  };
}

function deposit(
  state: ZkState,
  { from, nonce, asset, amount, recipient }: Extract<ZkOp, { type: "deposit" }>,
  zkNumber: Deposit["zkNumber"],
): ZkOutcome {
  if (nonce !== nonceOf(state, from)) return { refused: "NonceWrong" };
  if (balanceOf(state, asset, from) < amount) return { refused: "BalanceTooLow" };
  const taken: Deposit = {
    nonce: BigInt(state.deposits.length),
    ...{ asset, recipient, amount, zkNumber },
  };
  return {
    state: {
      ...state,
      nonces: withEntry(state.nonces, from, nonce + 1),
      balances: added(state.balances, keyOf(asset, from), -amount),
      held: added(state.held, asset, amount),
      deposits: [...state.deposits, taken],
    },
  };
}

function report(
  state: ZkState,
  { roundId, reportHash, mints }: Extract<ZkOp, { type: "report" }>,
  mutation: ZkMutation | undefined,
): ZkOutcome {
  const round = state.rounds.get(roundId);
  if (round === undefined) return { refused: "RoundUnknown" };
  if (round.reportHash !== undefined && mutation !== "mintsTwice")
    return { refused: "RoundReported" };
  if (mints.length > round.cap) return { refused: "OverCap" };
  const after: ZkRound = { ...round, reportHash, minted: round.minted + mints.length };
  return { state: { ...state, rounds: withEntry(state.rounds, roundId, after) } };
}

const nonceOf = (state: ZkState, owner: Address): number => state.nonces.get(owner) ?? 0;

const balanceOf = (state: ZkState, asset: Address, owner: Address): bigint =>
  state.balances.get(keyOf(asset, owner)) ?? 0n;

/** All of an asset that there is: what owners have, and what the portal holds. */
export function supplyOf(state: ZkState, asset: Address): bigint {
  let sum = state.held.get(asset) ?? 0n;
  for (const [key, amount] of state.balances) if (key.startsWith(asset)) sum += amount;
  return sum;
}

export function rootOf(state: ZkState): Hash {
  const { nonces, balances, held, deposits, released, rounds } = state;
  const books = {
    nonces: Object.fromEntries(nonces),
    balances: Object.fromEntries(balances),
    held: Object.fromEntries(held),
    deposits: deposits.length,
    newest: (deposits.at(-1) ?? null) as Value,
    released,
    rounds: Array.from(rounds, ([id, { cap, reportHash, minted }]) => [
      id,
      cap,
      reportHash ?? null,
      minted,
    ]),
  };
  return bytesToHex(sha256(encodeValue(books)));
}

const keyOf = (asset: Address, owner: Address) => `${asset}:${owner}`;

function withEntry<K, V>(map: ReadonlyMap<K, V>, key: K, value: V): ReadonlyMap<K, V> {
  return new Map(map).set(key, value);
}

function added<K>(map: ReadonlyMap<K, bigint>, key: K, amount: bigint): ReadonlyMap<K, bigint> {
  return withEntry(map, key, (map.get(key) ?? 0n) + amount);
}
