import type { ChainNumber } from "@weft/protocol";
import { hexToBytes, ZERO_ADDRESS } from "@weft/protocol";
import fc from "fast-check";
import { encodeFunctionData } from "viem";
import { expect, test } from "vitest";
import { fastPortalAbi } from "./account/portalProgram.ts";
import { FastReplay } from "./replay/fastReplay.ts";
import {
  createPlayer,
  createTestChain,
  FAST,
  PORTAL,
  type TestChain,
  type TestPlayer,
} from "./testChain.ts";

const alice = createPlayer(1);
const bob = createPlayer(2);

async function signedBy(
  player: TestPlayer,
  fields: {
    to: `0x${string}`;
    nonce: number;
    value?: bigint;
    data?: `0x${string}`;
    chainId?: number;
  },
) {
  const raw = await player.wallet.signTransaction({
    chainId: FAST,
    type: "eip1559",
    gas: 100_000n,
    maxFeePerGas: 0n,
    maxPriorityFeePerGas: 0n,
    ...fields,
  });
  return { type: "signed" as const, raw: hexToBytes(raw) };
}

function deposit({ chain }: TestChain, player: TestPlayer, amount: bigint) {
  const { deposits: nonce } = chain;
  const zkNumber = 1 as ChainNumber;
  const recipient = player.address;
  return chain.submit({ type: "deposit", nonce, asset: ZERO_ADDRESS, recipient, amount, zkNumber });
}

const withdrawData = (amount: bigint) =>
  encodeFunctionData({
    abi: fastPortalAbi,
    functionName: "withdraw",
    args: [ZERO_ADDRESS, amount, bob.address],
  });

const refusedWith = (code: string) => expect.objectContaining({ code });

test("a deposit is credited, moves on, and leaves by the portal", async () => {
  const test = createTestChain();
  const { chain } = test;
  await deposit(test, alice, 100n);
  await chain.submit(await signedBy(alice, { to: bob.address, nonce: 0, value: 30n }));
  expect(chain.balance(ZERO_ADDRESS, alice.address)).toBe(70n);
  expect(chain.balance(ZERO_ADDRESS, bob.address)).toBe(30n);
  const { height, hash } = await chain.submit(
    await signedBy(alice, { to: PORTAL, nonce: 1, data: withdrawData(50n) }),
  );
  expect(chain.balance(ZERO_ADDRESS, alice.address)).toBe(20n);
  expect(chain.receipt(hash)).toMatchObject({ height, sender: alice.address });
  expect(test.releases).toEqual([
    { nonce: 0n, asset: ZERO_ADDRESS, recipient: bob.address, amount: 50n, fromHeight: height },
  ]);
});

test("what is refused changes nothing", async () => {
  const test = createTestChain();
  const { chain, ledger } = test;
  await deposit(test, alice, 100n);
  const head = ledger.head?.hash;
  const refused: [string, Promise<{ type: "signed"; raw: Uint8Array }>][] = [
    ["INSUFFICIENT_BALANCE", signedBy(alice, { to: bob.address, nonce: 0, value: 101n })],
    ["INSUFFICIENT_BALANCE", signedBy(alice, { to: PORTAL, nonce: 0, data: withdrawData(101n) })],
    ["AMOUNT_ZERO", signedBy(alice, { to: PORTAL, nonce: 0, data: withdrawData(0n) })],
    ["TX_UNSUPPORTED", signedBy(alice, { to: PORTAL, nonce: 0, data: "0x12345678" })],
    ["TX_UNSUPPORTED", signedBy(alice, { to: PORTAL, nonce: 0, value: 1n })],
    ["TX_UNSUPPORTED", signedBy(alice, { to: bob.address, nonce: 0, data: "0x00" })],
    ["TX_NONCE_TOO_HIGH", signedBy(alice, { to: bob.address, nonce: 1, value: 1n })],
    ["TX_WRONG_CHAIN", signedBy(alice, { to: bob.address, nonce: 0, chainId: 1 })],
  ];
  for (const [code, transaction] of refused) {
    const signed = await transaction;
    await expect(chain.submit(signed)).rejects.toThrow(refusedWith(code));
  }
  expect(chain.balance(ZERO_ADDRESS, alice.address)).toBe(100n);
  const again = await signedBy(alice, { to: bob.address, nonce: 0, value: 1n });
  await chain.submit(again);
  await expect(chain.submit(again)).rejects.toThrow(refusedWith("TX_NONCE_TOO_LOW"));
  expect(ledger.head?.header.parentHash).toBe(head);
});

test("deposits come in the portal's order, once each", async () => {
  const test = createTestChain();
  await deposit(test, alice, 5n);
  const again = { nonce: 0n, asset: ZERO_ADDRESS, recipient: alice.address, amount: 5n };
  const zkNumber = 1 as ChainNumber;
  for (const nonce of [0n, 2n]) {
    await expect(test.chain.submit({ type: "deposit", ...again, nonce, zkNumber })).rejects.toThrow(
      refusedWith("DEPOSIT_OUT_OF_ORDER"),
    );
  }
  const max = 2n ** 256n - 1n;
  await expect(
    test.chain.submit({ type: "deposit", ...again, nonce: 1n, amount: max, zkNumber }),
  ).rejects.toThrow(refusedWith("BALANCE_OVERFLOW"));
});

test("whatever is tried, supply is deposits less withdrawals, and a replay agrees", async () => {
  const players = [alice, bob, createPlayer(3)];
  const step = fc.record({
    kind: fc.constantFrom("deposit", "transfer", "withdraw"),
    from: fc.nat({ max: 2 }),
    to: fc.nat({ max: 2 }),
    amount: fc.bigInt({ min: 0n, max: 60n }),
    nonceOff: fc.constantFrom(0, 0, 0, 1, -1),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const test = createTestChain();
      const { chain, ledger } = test;
      let deposited = 0n;
      const included: Promise<unknown>[] = [];
      for (const { kind, from, to, amount, nonceOff } of steps) {
        const sender = players[from] as TestPlayer;
        const recipient = players[to] as TestPlayer;
        test.advance(400);
        if (kind === "deposit") {
          included.push(deposit(test, recipient, amount));
          deposited += amount;
          continue;
        }
        const nonce = Math.max(0, chain.nonce(sender.address) + nonceOff);
        const call =
          kind === "transfer"
            ? { to: recipient.address, value: amount }
            : { to: PORTAL, data: withdrawData(amount) };
        const signed = await signedBy(sender, { ...call, nonce });
        const outcome = chain.submit(signed);
        included.push(outcome.catch((error) => expect(error).toHaveProperty("code")));
      }
      await Promise.all(included);
      const released = test.releases.reduce((sum, { amount }) => sum + amount, 0n);
      const replay = new FastReplay(ledger);
      for (const block of ledger.blocks({ fromHeight: 0 as never })) replay.apply(block);
      expect(replay.state.supply(ZERO_ADDRESS)).toBe(deposited - released);
      for (const { address } of players) {
        const balance = chain.balance(ZERO_ADDRESS, address);
        expect(replay.state.account(address).balances.get(ZERO_ADDRESS) ?? 0n).toBe(balance);
      }
      chain.stop();
    }),
    { numRuns: 25 },
  );
});
