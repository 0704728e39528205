import { createAddressFromString } from "@ethereumjs/util";
import { chainNumber, type Hash, type Hex, keccak256, ZERO_ADDRESS } from "@weft/protocol";
import { createMemoryStore } from "@weft/state-tree";
import { beforeEach, describe, expect, it } from "vitest";
import { alice, carol, codeOf, GWEI, lowerCase, TestChain } from "../testChain.ts";
import type { AccountOverride } from "../types.ts";
import type { ClosableEngine } from "./engine.ts";
import { TreeStateBackend } from "./state/treeStateBackend.ts";

let chain: TestChain;
let engine: ClosableEngine;
beforeEach(async () => {
  chain = await TestChain.start();
  engine = chain.engine;
});

const word = (value: bigint | number): Hash => `0x${value.toString(16).padStart(64, "0")}`;
/** Gives back what the instructions leave on the stack. */
const giving = (instructions: string): Hex => `0x${instructions}60005260206000f3`;
/** Of the instructions that give the rest of the creation code as the code. */
const COPY_BYTES = 12;
/** SLOAD of slots 1 and 2, and their sum with the first times 256. */
const slots = giving("6001546101000260025401");
const program: Hex = "0x00000000000000000000000000000000000000aa";
const at = (account: Omit<AccountOverride, "address">, address: Hex = program) => ({
  accounts: [{ address, ...account }],
});

describe("a call with overrides", () => {
  it("takes an account to have another balance, nonce and code", async () => {
    const from = lowerCase(carol.address);
    const pay = { from, to: program, value: 5n };
    expect(await codeOf(engine.call(pay))).toBe("INSUFFICIENT_FUNDS");
    expect(await engine.call(pay, "latest", at({ balance: 5n }, from))).toBe("0x");
    expect(await engine.estimateGas(pay, "latest", at({ balance: 5n }, from))).toBe(21_000n);
    // PUSH20 address BALANCE
    const balance = giving(`73${from.slice(2)}31`);
    expect(await engine.call({ data: balance }, "latest", at({ balance: 9n }, from))).toBe(word(9));
    // CREATE of nothing gives an address, which depends on the nonce
    const create = giving("600060006000f0");
    const created = (nonce: bigint) =>
      engine.call({ to: program }, "latest", at({ code: create, nonce }));
    expect(await created(1n)).toBe(await created(1n));
    expect(await created(1n)).not.toBe(await created(2n));
  });

  it("changes some slots, or all of them", async () => {
    // both are 7, and the rest of the data becomes the code
    const store = "60076001556007600255";
    const code = slots.slice(2);
    const size = (code.length / 2).toString(16).padStart(2, "0");
    const start = (store.length / 2 + COPY_BYTES).toString(16).padStart(2, "0");
    const data: Hex = `0x${store}60${size}60${start}60003960${size}6000f3${code}`;
    const [receipt] = (await chain.send(alice, { data, gas: 200_000n })).receipts;
    const to = receipt?.contractAddress as Hex;
    const call = (account: Omit<AccountOverride, "address"> = {}) =>
      engine.call({ to }, "latest", at(account, to));
    const one = [{ slot: word(1), value: word(3) }];
    expect(await call()).toBe(word(0x707));
    expect(await call({ stateDiff: one })).toBe(word(0x307));
    expect(await call({ stateDiff: [{ slot: word(1), value: word(0) }] })).toBe(word(0x007));
    expect(await call({ state: one })).toBe(word(0x300));
    expect(await call({ state: [] })).toBe(word(0));
    expect(await call()).toBe(word(0x707));
    expect(await engine.storage(to, word(1))).toBe(word(7));
  });

  it("gives storage and code to an account that isn't there", async () => {
    const account = { code: slots, stateDiff: [{ slot: word(2), value: word(1) }] };
    expect(await engine.call({ to: program }, "latest", at(account))).toBe(word(1));
    expect(await engine.code(program)).toBe("0x");
  });

  it("sees another block around it", async () => {
    const block = {
      number: chainNumber(77),
      timestamp: 1_900_000_000n,
      gasLimit: 5n,
      feeRecipient: program,
      prevRandao: keccak256(Uint8Array.of(1)),
      baseFeePerGas: 3n * GWEI,
    };
    const read = (instruction: string) =>
      engine.call({ data: giving(instruction) }, "latest", { block });
    expect(await read("43")).toBe(word(77));
    expect(await read("42")).toBe(word(1_900_000_000));
    expect(await read("45")).toBe(word(5));
    expect(BigInt(await read("41"))).toBe(BigInt(program));
    expect(await read("44")).toBe(block.prevRandao);
    expect(await read("48")).toBe(word(3n * GWEI));
  });
});

describe("an access list", () => {
  it("names what a call touches, and saves its gas", async () => {
    const options = at({ code: slots });
    const request = { from: lowerCase(alice.address), to: program };
    const result = await engine.createAccessList(request, "latest", options);
    const accessList = [{ address: program, storageKeys: [word(1), word(2)] }];
    expect(result).toEqual({ accessList, gasUsed: expect.any(BigInt) });
    const again = await engine.createAccessList({ ...request, accessList }, "latest", options);
    expect(again).toEqual(result);
    // BALANCE of another account
    const other = at({ code: giving(`73${lowerCase(carol.address).slice(2)}31`) });
    expect(await engine.createAccessList(request, "latest", other)).toMatchObject({
      accessList: [{ address: lowerCase(carol.address), storageKeys: [] }],
    });
  });

  it("says why the call fails, and what it touched before", async () => {
    // SLOAD of slot 1, then REVERT with nothing
    const options = at({ code: "0x6001545060006000fd" });
    expect(await engine.createAccessList({ to: program }, "latest", options)).toMatchObject({
      accessList: [{ address: program, storageKeys: [word(1)] }],
      error: "execution reverted",
    });
    expect(await codeOf(engine.createAccessList({ to: program, value: 1n }))).toBe(
      "INSUFFICIENT_FUNDS",
    );
  });
});

it("keeps what a view was given out of every other", async () => {
  const backend = new TreeStateBackend(createMemoryStore());
  const address = createAddressFromString(ZERO_ADDRESS);
  const { parentRoot: root } = await backend.fork();
  const [one, other] = [await backend.view(root), await backend.view(root)];
  await one.putCode(address, Uint8Array.of(1, 2, 3));
  expect(await one.getCode(address)).toEqual(Uint8Array.of(1, 2, 3));
  const codeHash = (await one.getAccount(address))?.codeHash ?? new Uint8Array();
  await expect(other.modifyAccountFields(address, { codeHash })).rejects.toThrow(/code/);
  expect(await other.getCode(address)).toEqual(new Uint8Array());
});
