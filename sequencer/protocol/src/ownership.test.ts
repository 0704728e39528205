import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { chainId, timestampMs } from "./brand.ts";
import { bytesToHex } from "./bytes.ts";
import { MAX_SEASON } from "./limits.ts";
import {
  identityCommitment,
  ownershipBinding,
  ownershipNullifier,
  ownershipPublicInputs,
  ownershipScope,
} from "./ownership.ts";
import type { SessionGrant } from "./session.ts";
import { FIELD_MODULUS } from "./stateProof.ts";
import { anyHex } from "./testArbitraries.ts";

const scope = { zkChainId: chainId(5700), fastChainId: chainId(5701), game: "arena", season: 0 };
const grant: SessionGrant = {
  sessionKey: bytesToHex(new Uint8Array(64).fill(1)),
  game: "arena",
  payout: bytesToHex(new Uint8Array(20).fill(2)),
  expiresAtMs: timestampMs(1_800_000_000_000),
};

describe("scope", () => {
  const changes = [
    { zkChainId: chainId(1) },
    { fastChainId: chainId(1) },
    { game: "race" },
    { season: 1 },
    { season: MAX_SEASON },
    // Swapped, so that no field is mistaken for its neighbour.
    { zkChainId: scope.fastChainId, fastChainId: scope.zkChainId },
  ];

  test("differs by each of its parts", () => {
    const scopes = [scope, ...changes.map((change) => ({ ...scope, ...change }))];
    expect(new Set(scopes.map(ownershipScope)).size).toBe(scopes.length);
  });

  test("has no season that isn't one", () => {
    for (const season of [-1, 0.5, MAX_SEASON + 1, Number.NaN]) {
      expect(() => ownershipScope({ ...scope, season })).toThrow(
        expect.objectContaining({ code: "FIELD_INVALID" }),
      );
    }
  });
});

test("a binding differs by each field of the grant and by the chain, and fits the field", () => {
  const bindings = [
    ownershipBinding(scope.fastChainId, grant),
    ownershipBinding(scope.zkChainId, grant),
    ...[
      { sessionKey: bytesToHex(new Uint8Array(64).fill(3)) },
      { game: "race" },
      { payout: bytesToHex(new Uint8Array(20).fill(3)) },
      { expiresAtMs: timestampMs(grant.expiresAtMs + 1) },
    ].map((change) => ownershipBinding(scope.fastChainId, { ...grant, ...change })),
  ];
  expect(new Set(bindings).size).toBe(bindings.length);
  for (const binding of bindings) expect(binding < 1n << 248n).toBe(true);
});

test("scopes and bindings are elements of the field, whatever they are of", () => {
  const any = fc.record({
    sessionKey: anyHex(64),
    payout: anyHex(20),
    game: fc.string({ maxLength: 16 }),
  });
  fc.assert(
    fc.property(any, (part) => {
      expect(ownershipScope({ ...scope, game: part.game }) < FIELD_MODULUS).toBe(true);
      expect(ownershipBinding(scope.fastChainId, { ...grant, ...part }) < FIELD_MODULUS).toBe(true);
    }),
  );
});

describe("identity", () => {
  const secret = 12345n;

  test("a nullifier differs by secret, pass and scope, and is no commitment", () => {
    const numbers = [
      identityCommitment(secret),
      identityCommitment(secret + 1n),
      ownershipNullifier({ secret, tokenId: 7n, scope: 1n }),
      ownershipNullifier({ secret: secret + 1n, tokenId: 7n, scope: 1n }),
      ownershipNullifier({ secret, tokenId: 8n, scope: 1n }),
      ownershipNullifier({ secret, tokenId: 7n, scope: 2n }),
      ownershipNullifier({ secret, tokenId: 0n, scope: 0n }),
    ];
    expect(new Set(numbers).size).toBe(numbers.length);
  });

  test("numbers out of range are refused, so that no two stand for the same input", () => {
    const of = (change: object) => () =>
      ownershipNullifier({ secret, tokenId: 7n, scope: 1n, ...change });
    expect(of({ tokenId: 1n << 64n })).toThrow("64 bits");
    expect(of({ tokenId: -1n })).toThrow("64 bits");
    expect(of({ secret: FIELD_MODULUS })).toThrow("field");
    expect(of({ scope: FIELD_MODULUS })).toThrow("field");
    expect(() => identityCommitment(-1n)).toThrow("field");
  });
});

test("the public inputs come in the circuit's order", () => {
  const inputs = { binding: 5n, nullifier: 4n, scope: 3n, contract: 2n, stateRoot: 1n };
  expect(ownershipPublicInputs(inputs)).toEqual([1n, 2n, 3n, 4n, 5n]);
});
