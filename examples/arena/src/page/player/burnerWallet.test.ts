import { expect, test } from "vitest";
import { burnerWallet } from "./burnerWallet.ts";

function storage(content: Record<string, string> = {}) {
  return {
    content,
    getItem: (name: string) => content[name] ?? null,
    setItem(name: string, value: string) {
      content[name] = value;
    },
  };
}

test("a burner wallet is made once, and is the same one after a reload", () => {
  const kept = storage();
  const first = burnerWallet(kept);
  expect(burnerWallet(kept).address).toBe(first.address);
  expect(burnerWallet(storage()).address).not.toBe(first.address);
});

test("what is no key is replaced", () => {
  const kept = storage({ "weft.arena.burner": "0x12" });
  const { address } = burnerWallet(kept);
  expect(burnerWallet(kept).address).toBe(address);
});
