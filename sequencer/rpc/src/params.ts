import type { Address, ChainNumber, Hash, Hex, LedgerHeight } from "@weft/protocol";
import type { AccountOverride, BlockOverride, SlotOverride } from "@weft/zk-chain";
import { z } from "zod";
import {
  MAX_LIST_ENTRIES,
  MAX_OVERRIDE_ACCOUNTS,
  MAX_OVERRIDE_CODE_BYTES,
  MAX_OVERRIDE_SLOTS,
} from "./limits.ts";
import type { LogCriteria } from "./logMatcher.ts";

// Parameters as JSON-RPC clients send them, parsed into what the chains take.

const hex = (pattern: RegExp, what: string) =>
  z
    .string()
    .regex(pattern, { error: `expected ${what}` })
    .transform((text) => text.toLowerCase() as Hex);

/** 20 bytes in any case; a checksum isn't held against anyone. */
export const address = hex(/^0x[0-9a-fA-F]{40}$/, "an address") as z.ZodType<Address>;
/** 32 bytes. */
export const hash = hex(/^0x[0-9a-fA-F]{64}$/, "32 bytes in hexadecimal") as z.ZodType<Hash>;
/** Any bytes. */
export const data = hex(/^0x([0-9a-fA-F]{2})*$/, "bytes in hexadecimal") as z.ZodType<Hex>;

/** Up to 256 bits in hexadecimal. Leading zeros pass, as with other nodes. */
export const quantity = z
  .string()
  .regex(/^0x[0-9a-fA-F]{1,64}$/, { error: "expected a quantity, such as 0x1f" })
  .transform(BigInt);

/** A quantity that fits a JavaScript number: block numbers, counts. */
export const smallQuantity = quantity
  .refine((value) => value <= BigInt(Number.MAX_SAFE_INTEGER), { error: "too large" })
  .transform(Number);

/** A storage key: 32 bytes, or a quantity. */
export const storageKey = quantity.transform(
  (value) => `0x${value.toString(16).padStart(64, "0")}` as Hash,
);

/**
 * Which block. `latest` is the newest that is `sequenced`. `safe` will be the newest that is `committed`
 * by the other validators, and `finalized` the newest that is settled on Ethereum. As long as there is
 * neither, the genesis is both: nothing else is agreed on by everyone, and whoever waits for
 * `finalized` must go on waiting. An error in its place would break wallets that poll it.
 */
export type BlockRef = { readonly number: number } | { readonly hash: Hash } | "latest" | "pending";

const blockTag = z
  .enum(["latest", "safe", "finalized", "pending", "earliest"])
  .transform((tag): BlockRef => {
    if (tag === "latest" || tag === "pending") return tag;
    return { number: 0 };
  });
const numberRef = smallQuantity.transform((number): BlockRef => ({ number }));

/** A tag or a number. */
export const blockRef: z.ZodType<BlockRef> = z.union([blockTag, numberRef], {
  error: "expected a block number or tag",
});

/** Where a state is read: also as EIP-1898 has it, by hash or number. Default: `latest`. */
export const stateBlockRef = z
  .union(
    [
      blockTag,
      numberRef,
      z.object({ blockHash: hash }).transform(({ blockHash }): BlockRef => ({ hash: blockHash })),
      z
        .object({ blockNumber: smallQuantity })
        .transform(({ blockNumber }): BlockRef => ({ number: blockNumber })),
    ],
    { error: "expected a block number, tag, or hash object" },
  )
  .nullish()
  .transform((ref): BlockRef => ref ?? "latest");

const accessList = z
  .array(z.object({ address, storageKeys: z.array(hash).max(MAX_LIST_ENTRIES) }))
  .max(MAX_LIST_ENTRIES);

/** Absent and null are the same to clients. */
const maybe = <T extends z.ZodType>(schema: T) =>
  schema.nullish().transform((value) => value ?? undefined);

/** A message for `eth_call` and `eth_estimateGas`. `input` is the newer name of `data`. */
export const callRequest = z
  .object({
    from: maybe(address),
    to: maybe(address),
    gas: maybe(quantity),
    gasPrice: maybe(quantity),
    maxFeePerGas: maybe(quantity),
    maxPriorityFeePerGas: maybe(quantity),
    value: maybe(quantity),
    data: maybe(data),
    input: maybe(data),
    accessList: maybe(accessList),
  })
  .refine(({ data, input }) => !data || !input || data === input, {
    error: "data and input differ",
  })
  .transform(({ input, data, ...rest }) => withoutUndefined({ ...rest, data: data ?? input }));

const slots = z
  .record(storageKey, storageKey)
  .transform((entries) =>
    Object.entries(entries).map(([slot, value]): SlotOverride => ({ slot: slot as Hash, value })),
  );

/** Strict: nobody must think that an override worked which isn't known here. */
const accountOverride = z
  .strictObject({
    balance: maybe(quantity),
    nonce: maybe(quantity.refine((nonce) => nonce < 2n ** 64n, { error: "too large" })),
    code: maybe(data.refine((code) => code.length <= 2 + 2 * MAX_OVERRIDE_CODE_BYTES)),
    state: maybe(slots),
    stateDiff: maybe(slots),
  })
  .refine(({ state, stateDiff }) => !state || !stateDiff, { error: "state excludes stateDiff" });

/** The third parameter of `eth_call`, by address. */
export const accountOverrides = z
  .record(address, accountOverride)
  .transform((accounts) =>
    Object.entries(accounts).map(
      ([address, account]): AccountOverride => ({
        address: address as Address,
        ...withoutUndefined(account),
      }),
    ),
  )
  .refine((accounts) => accounts.length <= MAX_OVERRIDE_ACCOUNTS, { error: "too many accounts" })
  .refine(
    (accounts) => {
      const counts = accounts.map(({ state, stateDiff }) => (state ?? stateDiff ?? []).length);
      return counts.reduce((sum, count) => sum + count, 0) <= MAX_OVERRIDE_SLOTS;
    },
    { error: `more than ${MAX_OVERRIDE_SLOTS} slots` },
  );

const MS_PER_SECOND = 1000;

/** The fourth parameter of `eth_call`, with the names that Geth and viem have for its fields. */
export const blockOverride = z
  .strictObject({
    number: maybe(smallQuantity),
    time: maybe(
      smallQuantity.refine((time) => time <= Number.MAX_SAFE_INTEGER / MS_PER_SECOND, {
        error: "too large",
      }),
    ),
    gasLimit: maybe(quantity),
    feeRecipient: maybe(address),
    prevRandao: maybe(hash),
    baseFeePerGas: maybe(quantity),
  })
  .transform(
    ({ number, time, ...fields }): BlockOverride =>
      withoutUndefined({
        ...fields,
        number: number as ChainNumber | undefined,
        timestamp: time === undefined ? undefined : BigInt(time),
      }),
  );

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** For `exactOptionalPropertyTypes`: what is undefined isn't there. */
function withoutUndefined<T extends object>(value: T): Defined<T> {
  return Object.fromEntries(
    Object.entries(value).filter(([, field]) => field !== undefined),
  ) as Defined<T>;
}

const topic = z.union([z.null(), hash, z.array(hash).max(MAX_LIST_ENTRIES)], {
  error: "expected null, a topic, or a list of topics",
});

/** Where to look, and for what. */
export type LogFilterParams = {
  readonly fromBlock: BlockRef | undefined;
  readonly toBlock: BlockRef | undefined;
  readonly blockHash: Hash | undefined;
  readonly criteria: LogCriteria;
};

export const logFilter = z
  .object({
    fromBlock: maybe(blockRef),
    toBlock: maybe(blockRef),
    blockHash: maybe(hash),
    address: maybe(
      z.union([address.transform((one) => [one]), z.array(address).max(MAX_LIST_ENTRIES)]),
    ),
    topics: maybe(z.array(topic).max(4)),
  })
  .refine(({ fromBlock, toBlock, blockHash }) => !blockHash || (!fromBlock && !toBlock), {
    error: "blockHash excludes fromBlock and toBlock",
  })
  .transform(
    ({ address, topics, ...where }): LogFilterParams => ({
      ...where,
      criteria: { ...(address && { addresses: address }), ...(topics && { topics }) },
    }),
  );

/** For `weft_*`: plain JSON numbers, or quantities. */
export const ledgerHeight = z
  .union([z.int().min(0), smallQuantity], { error: "expected a ledger height" })
  .transform((height) => height as LedgerHeight);

export const noParams = z.union([z.tuple([]), z.strictObject({})], {
  error: "expected no parameters",
});
