import { createCommon, parseSignedTransaction } from "@weft/ethereum";
import { bytesToHex, type Hash, keccak256 } from "@weft/protocol";
import fc from "fast-check";
import type { TransactionSerializableEIP1559 } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { beforeEach, describe, expect, it } from "vitest";
import type { ZkChainError } from "../errors.ts";
import { MAX_POOL_TRANSACTIONS, MAX_POOL_TRANSACTIONS_PER_SENDER } from "../limits.ts";
import {
  alice,
  bob,
  CHAIN_ID,
  carol,
  codeOf,
  GWEI,
  lowerCase,
  sign,
  TestChain,
} from "../testChain.ts";
import { Mempool } from "./mempool.ts";

const common = createCommon(CHAIN_ID);
const limits = { gasLimit: 30_000_000n, baseFeePerGas: GWEI };
const rich = { nonce: 0n, balance: GWEI ** 3n, isContract: false };
type Change = Partial<TransactionSerializableEIP1559>;

async function signed(account: PrivateKeyAccount, change: Change = {}) {
  return parseSignedTransaction(await sign(account, { to: carol.address, ...change }), common);
}

let pool: Mempool;
beforeEach(() => {
  pool = new Mempool();
});

async function add(account: PrivateKeyAccount, change: Change = {}, state = rich): Promise<string> {
  try {
    const isReady = pool.add(await signed(account, change), state, limits);
    return isReady ? "ready" : "waits";
  } catch (error) {
    return (error as ZkChainError).code;
  }
}

describe("Mempool", () => {
  it("takes what can be executed now or after what is before it", async () => {
    expect(await add(alice, { nonce: 1 })).toBe("waits");
    expect(await add(alice, { nonce: 0 })).toBe("ready");
    expect(await add(alice, { nonce: 2 })).toBe("ready");
    expect(pool.nextNonce(lowerCase(alice.address), 0n)).toBe(3n);
    const [head] = pool.heads();
    expect(head?.tx.nonce).toBe(0n);
    expect(head && pool.after(head)?.tx.nonce).toBe(1n);
  });

  it.each<[code: string, change: Change, state: typeof rich]>([
    ["NONCE_TOO_LOW", { nonce: 4 }, { ...rich, nonce: 5n }],
    ["NONCE_TOO_HIGH", { nonce: MAX_POOL_TRANSACTIONS_PER_SENDER }, rich],
    ["INSUFFICIENT_FUNDS", { value: 2n }, { ...rich, balance: 100_000n * 2n * GWEI + 1n }],
    ["INTRINSIC_GAS_TOO_LOW", { gas: 20_999n }, rich],
    // EIP-7623: 10 gas for each of 4 tokens a byte, on top of 21,000
    [
      "INTRINSIC_GAS_TOO_LOW",
      { gas: 24_000n, data: bytesToHex(new Uint8Array(100).fill(1)) },
      rich,
    ],
    ["FEE_TOO_LOW", { maxFeePerGas: GWEI - 1n, maxPriorityFeePerGas: 0n }, rich],
    ["SENDER_NOT_EOA", {}, { ...rich, isContract: true }],
  ])("refuses with %s", async (code, change, state) => {
    expect(await add(alice, change, state)).toBe(code);
    expect(pool.size).toBe(0);
  });

  it("refuses more gas than a block has", async () => {
    const transaction = await signed(alice, { gas: 200_000n });
    const small = { ...limits, gasLimit: 199_999n };
    expect(await codeOf((async () => pool.add(transaction, rich, small))())).toBe(
      "GAS_LIMIT_EXCEEDED",
    );
  });

  it("refuses the same again, and a replacement that pays too little more", async () => {
    const fees = { maxFeePerGas: 10n * GWEI, maxPriorityFeePerGas: GWEI };
    expect(await add(alice, fees)).toBe("ready");
    expect(await add(alice, fees)).toBe("ALREADY_KNOWN");
    const cheap = { maxFeePerGas: 11n * GWEI - 1n, maxPriorityFeePerGas: 2n * GWEI };
    expect(await add(alice, cheap)).toBe("REPLACEMENT_UNDERPRICED");
    const noTip = { maxFeePerGas: 20n * GWEI, maxPriorityFeePerGas: GWEI };
    expect(await add(alice, noTip)).toBe("REPLACEMENT_UNDERPRICED");
    const enough = { maxFeePerGas: 11n * GWEI, maxPriorityFeePerGas: (GWEI * 11n) / 10n };
    expect(await add(alice, enough)).toBe("ready");
    expect(pool.size).toBe(1);
  });

  it("doesn't let a sender queue more than they can pay for", async () => {
    const cost = 100_000n * 2n * GWEI;
    const state = { ...rich, balance: 2n * cost };
    expect(await add(alice, { nonce: 0 }, state)).toBe("ready");
    expect(await add(alice, { nonce: 1 }, state)).toBe("ready");
    expect(await add(alice, { nonce: 2 }, state)).toBe("INSUFFICIENT_FUNDS");
  });

  it("lets a full pool keep what pays more, and opens no gaps", async () => {
    const senders = Math.ceil(MAX_POOL_TRANSACTIONS / MAX_POOL_TRANSACTIONS_PER_SENDER);
    // Made once, as only the pool is of interest: 64 transactions, and the senders' names exchanged.
    const own = await Promise.all(
      Array.from({ length: MAX_POOL_TRANSACTIONS_PER_SENDER }, (_, nonce) =>
        signed(alice, { nonce }),
      ),
    );
    for (let sender = 0; sender < senders; sender++) {
      for (const one of own) {
        const hash: Hash = keccak256(Buffer.from(`${sender}${one.hash}`));
        const address = `0x${hash.slice(0, 2)}${sender.toString(16).padStart(38, "0")}` as const;
        pool.add({ ...one, hash, sender: address }, rich, limits);
      }
    }
    expect(pool.size).toBe(MAX_POOL_TRANSACTIONS);
    expect(await add(bob)).toBe("MEMPOOL_FULL");
    expect(await add(bob, { maxPriorityFeePerGas: GWEI / 2n })).toBe("ready");
    expect(pool.size).toBe(MAX_POOL_TRANSACTIONS);
    const shortened = [...pool.heads()].filter(
      ({ sender }) => pool.nextNonce(sender, 0n) === BigInt(MAX_POOL_TRANSACTIONS_PER_SENDER - 1),
    );
    expect(shortened).toHaveLength(1);
  });

  it("counts right whatever comes and goes", async () => {
    const accounts = [alice, bob];
    const all = await Promise.all(
      accounts.flatMap((account) =>
        [0, 1, 2, 3].flatMap((nonce) =>
          [1n, 2n].map((times) =>
            signed(account, {
              nonce,
              maxFeePerGas: 5n * GWEI * times,
              maxPriorityFeePerGas: GWEI * times,
            }),
          ),
        ),
      ),
    );
    const step = fc.record({
      at: fc.nat(all.length - 1),
      kind: fc.constantFrom("add", "add", "remove", "use"),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const pool = new Mempool();
        const nonces = new Map<string, bigint>();
        for (const { at, kind } of steps) {
          const one = all[at] as (typeof all)[number];
          const nonce = nonces.get(one.sender) ?? 0n;
          if (kind === "remove") pool.remove(one.hash);
          else if (kind === "use") {
            nonces.set(one.sender, nonce + 1n);
            pool.setNonce(one.sender, nonce + 1n);
          } else {
            try {
              pool.add(one, { ...rich, nonce }, limits);
            } catch (error) {
              expect((error as ZkChainError).code).toBeTypeOf("string");
            }
          }
          const known = all.filter(({ hash }) => pool.get(hash) !== undefined);
          expect(pool.size).toBe(known.length);
          const slots = new Set(known.map(({ sender, tx }) => `${sender} ${tx.nonce}`));
          expect(slots.size).toBe(known.length);
          for (const { sender, tx } of known)
            expect(tx.nonce >= (nonces.get(sender) ?? 0n)).toBe(true);
          for (const head of pool.heads())
            expect(head.tx.nonce).toBe(nonces.get(head.sender) ?? 0n);
        }
      }),
    );
  });
});

describe("building from the mempool", () => {
  it("takes the best-paying first, and each sender's in the order of nonces", async () => {
    const { engine } = await TestChain.start();
    const tip = (gwei: bigint) => ({
      maxFeePerGas: 9n * GWEI,
      maxPriorityFeePerGas: gwei * GWEI,
      to: carol.address,
    });
    const submit = async (account: PrivateKeyAccount, nonce: number, gwei: bigint) =>
      engine.submit(await sign(account, { nonce, ...tip(gwei) }));
    const low = await submit(alice, 0, 1n);
    const high = await submit(alice, 1, 5n);
    const middle = await submit(bob, 0, 2n);
    const built = await engine.build({ timestampMs: 1 as never, releases: [] });
    expect(built?.receipts.map(({ transactionHash }) => transactionHash)).toEqual([
      middle,
      low,
      high,
    ]);
  });

  it("leaves what doesn't fit for the next block", async () => {
    const chain = await TestChain.start();
    for (let nonce = 0; nonce < 3; nonce++) {
      await chain.engine.submit(await sign(alice, { nonce, gas: 16_000_000n, data: "0xfe" }));
    }
    // INVALID uses up all gas, so one and a bit fit.
    expect((await chain.next()).receipts).toHaveLength(1);
    expect((await chain.next()).receipts).toHaveLength(1);
    expect((await chain.next()).receipts).toHaveLength(1);
  });

  it("builds empty blocks until the base fee has fallen to what waits", async () => {
    const chain = await TestChain.start();
    const { engine } = chain;
    // Bob's waits behind two blocks that are full, each of which raises the base fee by an eighth.
    const fee = (GWEI * 7n) / 8n;
    for (let nonce = 0; nonce < 4; nonce++) {
      await engine.submit(
        await sign(alice, {
          nonce,
          gas: 15_000_000n,
          data: "0xfe",
          maxFeePerGas: 9n * GWEI,
          maxPriorityFeePerGas: GWEI,
        }),
      );
    }
    const hash = await engine.submit(
      await sign(bob, { to: carol.address, maxFeePerGas: fee, maxPriorityFeePerGas: 0n }),
    );
    const counts: number[] = [];
    while ((await engine.receipt(hash)) === undefined)
      counts.push((await chain.next()).receipts.length);
    expect(counts.slice(0, 2)).toEqual([2, 2]);
    expect(counts.at(-1)).toBe(1);
    expect(counts.slice(2, -1).every((count) => count === 0)).toBe(true);
    expect(counts.length).toBeGreaterThan(3);
    expect(await engine.build({ timestampMs: 1 as never, releases: [] })).toBeUndefined();
  });
});
