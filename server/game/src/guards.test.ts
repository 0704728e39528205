import { ArraySchema } from "@colyseus/schema";
import { afterEach, describe, expect, test, vi } from "vitest";
import { guardsByDefault, withGuards } from "./guards.ts";

const forbidden: [string, () => unknown, RegExp][] = [
  ["Math.random", () => Math.random(), /ctx\.random/],
  ["Date.now", () => Date.now(), /ctx\.nowMs/],
  ["new Date()", () => new Date(), /ctx\.nowMs/],
  ["Date()", () => Date(), /ctx\.nowMs/],
  ["performance.now", () => performance.now(), /ctx\.nowMs/],
  ["setTimeout", () => setTimeout(() => {}, 0), /ctx\.tick/],
  ["setInterval", () => setInterval(() => {}, 1000), /ctx\.tick/],
  ["setImmediate", () => setImmediate(() => {}), /ctx\.tick/],
  ["queueMicrotask", () => queueMicrotask(() => {}), /ctx\.tick/],
  ["crypto.getRandomValues", () => crypto.getRandomValues(new Uint8Array(1)), /ctx\.random/],
  ["crypto.randomUUID", () => crypto.randomUUID(), /ctx\.random/],
  ["fetch", () => fetch("http://127.0.0.1:0"), /state/],
  // Colyseus's own shuffle rolls dice of its own.
  ["ArraySchema.shuffle", () => new ArraySchema(1, 2, 3).shuffle(), /ctx\.random/],
];

afterEach(() => vi.unstubAllEnvs());

describe("guards", () => {
  test.each(forbidden)(
    "%s throws NONDETERMINISTIC_CALL and names what to use",
    (_, call, instead) => {
      expect(() => withGuards(call)).toThrow(
        expect.objectContaining({
          code: "NONDETERMINISTIC_CALL",
          message: expect.stringMatching(instead),
        }),
      );
    },
  );

  test("leave alone what every replay repeats", () => {
    const result = withGuards(() => [
      new Date(86_400_000).toISOString(),
      Date.UTC(1970, 0, 2),
      new Date(0) instanceof Date,
      Math.max(1, 2),
      performance instanceof Object,
    ]);
    expect(result).toEqual(["1970-01-02T00:00:00.000Z", 86_400_000, true, 2, true]);
  });

  test("are gone afterwards, whatever happened", () => {
    const descriptors = () =>
      [
        [Math, "random"],
        [Date, "now"],
        [performance, "now"],
        [crypto, "getRandomValues"],
        [crypto, "randomUUID"],
        [globalThis, "Date"],
        [globalThis, "setTimeout"],
        [globalThis, "fetch"],
      ].map(([owner, key]) => Object.getOwnPropertyDescriptor(owner, key as string));
    const before = descriptors();
    expect(withGuards(() => 7)).toBe(7);
    expect(() =>
      withGuards(() => {
        throw new Error("anything");
      }),
    ).toThrow("anything");
    expect(descriptors()).toEqual(before);
    expect(Math.random()).toBeLessThan(1);
    expect(Date.now()).toBeGreaterThan(0);
    expect(crypto.getRandomValues(new Uint8Array(1))).toHaveLength(1);
  });

  test("hold until the outermost call is done", () => {
    withGuards(() => {
      withGuards(() => {});
      expect(() => Math.random()).toThrow(
        expect.objectContaining({ code: "NONDETERMINISTIC_CALL" }),
      );
    });
    expect(() => Math.random()).not.toThrow();
  });

  test("are on by default, except in production", () => {
    expect(guardsByDefault()).toBe(true);
    vi.stubEnv("NODE_ENV", "production");
    expect(guardsByDefault()).toBe(false);
  });
});
