import fc from "fast-check";
import type { ChainId, ChainNumber, LedgerHeight, TimestampMs } from "./brand.ts";
import { bytesToHex, type Hex } from "./bytes.ts";
import type { CoSignRequest } from "./coSign.ts";
import { ProtocolError } from "./errors.ts";
import type { FastTransaction } from "./fastTransaction.ts";
import {
  GROTH16_PROOF_BYTES,
  MAX_LANES,
  MAX_ROUND_PLAYERS,
  MAX_SEASON,
  OWNERSHIP_KEY_BYTES,
} from "./limits.ts";
import type { RoundReport } from "./report.ts";
import { leaveReasons, type RoomEvent } from "./roomEvent.ts";
import type { LoginProof, SessionGrant } from "./session.ts";
import type { Value } from "./value.ts";
import type { ZkTransaction } from "./zkTransaction.ts";

/** Random values of the protocol's types, for property tests. */

export const anyHex = (length: number): fc.Arbitrary<Hex> =>
  fc.uint8Array({ minLength: length, maxLength: length }).map(bytesToHex);
const anyUint = fc.maxSafeNat();
const height = anyUint as fc.Arbitrary<number> as fc.Arbitrary<LedgerHeight>;
const time = anyUint as fc.Arbitrary<number> as fc.Arbitrary<TimestampMs>;
const chain = anyUint as fc.Arbitrary<number> as fc.Arbitrary<ChainId>;
const number = anyUint as fc.Arbitrary<number> as fc.Arbitrary<ChainNumber>;
const amount = fc.bigInt({ min: 0n, max: 2n ** 256n - 1n });
const nonce = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const someBytes = (maxLength: number) => fc.uint8Array({ maxLength });
const signature = fc.uint8Array({ minLength: 64, maxLength: 64 });
const name = fc.string({ unit: "binary", maxLength: 10 });

const leaf: fc.Arbitrary<Value> = fc.oneof(
  fc.constant(null),
  fc.boolean(),
  fc.double(),
  fc.maxSafeInteger(),
  fc.bigInt(),
  fc.string({ unit: "binary" }),
  someBytes(40),
);

export const anyValue: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 5, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 5 }),
    fc.dictionary(fc.string({ unit: "binary" }), tie("value"), { maxKeys: 5 }),
  ),
})).value;

const anyReport: fc.Arbitrary<RoundReport> = fc.record({
  roundId: anyHex(32),
  room: anyHex(20),
  fromHeight: height,
  toHeight: height,
  actions: anyUint,
  actionsRoot: anyHex(32),
  results: someBytes(100),
  mints: fc.array(fc.record({ to: anyHex(20), item: fc.string({ maxLength: 31 }) }), {
    maxLength: 4,
  }),
});

export const anyCoSignRequest: fc.Arbitrary<CoSignRequest> = fc.record({
  report: anyReport,
  lanes: fc.array(
    fc.record({ sessionId: anyHex(32), head: fc.record({ seq: anyUint, hash: anyHex(32) }) }),
    { maxLength: 4 },
  ),
});

const lane = fc.nat({ max: MAX_LANES - 1 });
const typed = <T extends string, F extends object>(type: T, fields: fc.Arbitrary<F>) =>
  fields.map((value) => ({ type, ...value }));

export const anyRoomEvent: fc.Arbitrary<RoomEvent> = fc.oneof(
  typed("join", fc.record({ lane, sessionId: anyHex(32), issuedAtMs: time, signature })),
  typed("rejoin", fc.record({ lane, issuedAtMs: time, signature })),
  typed("leave", fc.record({ lane, reason: fc.constantFrom(...leaveReasons) })),
  typed("frame", fc.record({ lane, frame: someBytes(80) })),
  typed("tick", fc.record({ nowMs: time })),
  typed("seal", fc.record({ lane, seq: anyUint, signature })),
  typed("checkpoint", fc.record({ stateHash: anyHex(32) })),
  typed(
    "roundOpen",
    fc.record({
      roundId: anyHex(32),
      cap: fc.nat(),
      deadlineMs: time,
      seedHeight: height,
      seed: anyHex(32),
      players: fc.array(lane, { maxLength: MAX_ROUND_PLAYERS }),
    }),
  ),
  typed("roundEnd", fc.record({ roundId: anyHex(32) })),
  typed("report", fc.record({ report: anyReport })),
  typed("roundVoid", fc.record({ roundId: anyHex(32), code: name })),
  typed("close", fc.constant({})),
);

const grant: fc.Arbitrary<SessionGrant> = fc.record({
  sessionKey: anyHex(64),
  game: name,
  payout: anyHex(20),
  expiresAtMs: time,
});

const exactly = (length: number) => fc.uint8Array({ minLength: length, maxLength: length });

const login: fc.Arbitrary<LoginProof> = fc.oneof(
  fc.record({
    type: fc.constant("wallet" as const),
    message: fc.string({ unit: "binary" }),
    signature: someBytes(65),
    owner: anyHex(20),
    pass: nonce,
  }),
  fc.record({
    type: fc.constant("ownership" as const),
    stateRoot: anyHex(32),
    season: fc.nat({ max: MAX_SEASON }),
    nullifier: anyHex(32),
    proof: exactly(GROTH16_PROOF_BYTES),
  }),
);

/** What a wallet would send starts with its type, 1 to 4, or is an RLP list. */
const signed = typed(
  "signed",
  fc
    .tuple(
      fc.oneof(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 0xc0, max: 0xff })),
      someBytes(60),
    )
    .map(([first, rest]) => ({ raw: Uint8Array.of(first, ...rest) })),
);

export const anyFastTransaction: fc.Arbitrary<FastTransaction> = fc.oneof(
  signed,
  typed(
    "genesis",
    fc.record({
      chainId: chain,
      zkChainId: chain,
      portal: anyHex(20),
      gamePass: anyHex(20),
      ownershipKey: exactly(OWNERSHIP_KEY_BYTES),
      timestampMs: time,
    }),
  ),
  typed(
    "deposit",
    fc.record({ nonce, asset: anyHex(20), recipient: anyHex(20), amount, zkNumber: number }),
  ),
  typed("openSession", fc.record({ grant, login, zkNumber: number })),
  typed("closeSession", fc.record({ sessionId: anyHex(32), reason: name })),
  typed(
    "createRoom",
    fc.record({
      room: anyHex(20),
      name,
      game: name,
      gameHash: anyHex(32),
      seedHeight: height,
      seed: anyHex(32),
    }),
  ),
  typed(
    "roomEvents",
    fc.record({
      room: anyHex(20),
      firstIndex: anyUint,
      events: fc.array(anyRoomEvent, { maxLength: 8 }),
    }),
  ),
);

export const anyZkTransaction: fc.Arbitrary<ZkTransaction> = fc.oneof(
  signed,
  typed("begin", fc.record({ timestampMs: time })),
  typed(
    "release",
    fc.record({ nonce, asset: anyHex(20), recipient: anyHex(20), amount, fromHeight: height }),
  ),
  typed(
    "genesis",
    fc.record({
      chainId: chain,
      timestampMs: time,
      gasLimit: nonce,
      feeRecipient: anyHex(20),
      portal: anyHex(20),
      deployer: anyHex(20),
      allocations: fc.array(fc.record({ address: anyHex(20), balance: amount }), { maxLength: 3 }),
      contracts: fc.array(fc.record({ address: anyHex(20), creationCode: someBytes(50) }), {
        maxLength: 3,
      }),
    }),
  ),
);

/** What a decoder makes of bytes: the value, or what it says of what is wrong with them. */
export function outcomeOf<T>(
  decode: () => T,
): T | { readonly code: string; readonly message: string } {
  try {
    return decode();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return { code: error.code, message: error.message };
  }
}

/** Bytes close to a valid encoding: what a fuzzer would find first. */
export function mutated(encoded: fc.Arbitrary<Uint8Array>): fc.Arbitrary<Uint8Array> {
  return fc
    .tuple(encoded, fc.nat(), fc.integer({ min: 0, max: 255 }), fc.nat({ max: 3 }))
    .map(([bytes, position, byte, kind]) => {
      const at = bytes.length === 0 ? 0 : position % bytes.length;
      if (kind === 0) return bytes.slice(0, at);
      if (kind === 1) return Uint8Array.of(...bytes.subarray(0, at), byte, ...bytes.subarray(at));
      if (kind === 2) return Uint8Array.of(...bytes, byte);
      const copy = bytes.slice();
      if (copy.length > 0) copy[at] = byte;
      return copy;
    });
}
