import { afterEach, expect, it, vi } from "vitest";
import { digestOf } from "../tree/digest.ts";

afterEach(() => {
  vi.unstubAllGlobals();
});

it("does without lanes where there are none", async () => {
  // A module of its own: whether there are lanes is found out once.
  vi.resetModules();
  const { hashFields, hashMany } = await import("./poseidon2.ts");
  let compiled = 0;
  class WithoutRelaxedSimd {
    constructor() {
      compiled++;
      throw new WebAssembly.CompileError("invalid opcode");
    }
  }
  vi.stubGlobal("WebAssembly", {
    CompileError: WebAssembly.CompileError,
    Module: WithoutRelaxedSimd,
  });
  const inputs = Array.from({ length: 10 }, (_, i) => digestOf(BigInt(i)));
  const expected = [0, 2, 4, 6, 8].map((i) => hashFields(inputs.slice(i, i + 2)));
  expect(hashMany(inputs, 2)).toEqual(expected);
  expect(hashMany(inputs, 2)).toEqual(expected);
  expect(compiled).toBe(1);
});
