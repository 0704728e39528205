import { setImmediate as afterCallbacks } from "node:timers/promises";
import { keccak_256 } from "@noble/hashes/sha3.js";
import fc from "fast-check";
import { afterEach, expect, it, vi } from "vitest";

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllGlobals();
  vi.resetModules();
});

function expectKeccak256(hash: (bytes: Uint8Array) => Uint8Array): void {
  const check = (input: Uint8Array) => {
    expect(hash(input)).toEqual(keccak_256(input));
  };
  fc.assert(fc.property(fc.uint8Array({ maxLength: 1000 }), check));
}

it("is keccak256, before and after WebAssembly is there", async () => {
  const instantiate = vi.spyOn(WebAssembly, "instantiate");
  const { keccak256Bytes } = await import("./hash.ts");
  expectKeccak256(keccak256Bytes);
  await expect.poll(() => instantiate).toHaveResolved();
  await afterCallbacks();
  expectKeccak256(keccak256Bytes);
});

it("is keccak256 where WebAssembly is forbidden", async () => {
  const forbidden = vi.fn(() => Promise.reject(new Error("forbidden by a policy")));
  vi.stubGlobal("WebAssembly", { compile: forbidden, instantiate: forbidden });
  const { keccak256Bytes } = await import("./hash.ts");
  await expect.poll(() => forbidden).toHaveBeenCalled();
  await afterCallbacks();
  expectKeccak256(keccak256Bytes);
});
