import { hexToBytes } from "@weft/protocol";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { expect, test } from "vitest";
import { recoverMessageSigner } from "./recoverMessageSigner.ts";

const account = privateKeyToAccount(generatePrivateKey());

test.each(["", "hello", "zażółć 🧶", "x".repeat(5000)])(
  "recovers who signed %j",
  async (message) => {
    const signature = hexToBytes(await account.signMessage({ message }));
    expect(recoverMessageSigner(message, signature)).toBe(account.address.toLowerCase());
    expect(recoverMessageSigner(`${message}.`, signature)).not.toBe(account.address.toLowerCase());
  },
);

test("throws for what is no signature", () => {
  expect(() => recoverMessageSigner("hello", new Uint8Array(64))).toThrow(RangeError);
  expect(() => recoverMessageSigner("hello", new Uint8Array(65).fill(255))).toThrow();
});
