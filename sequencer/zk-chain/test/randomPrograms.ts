import type { Address, Hex } from "@weft/protocol";
import fc from "fast-check";

/** Random EVM programs of statements that do something: random bytes mostly stop at the first one. */

/** Whom programs and transactions deal with, by number; who it is the test decides. */
export const ACTORS = 12;
/** Slots that programs use: 0 to SLOTS - 1. */
export const SLOTS = 6;

/** Pieces leave the stack as they found it. @param at where in the code the piece begins */
type Piece = (actors: readonly Address[], at: number) => Hex[];

const byte = (value: number): Hex => `0x${value.toString(16).padStart(2, "0")}`;
const OP = {
  gas: "0x5a",
  balance: "0x31",
  extCodeSize: "0x3b",
  extCodeHash: "0x3f",
  selfBalance: "0x47",
  pop: "0x50",
  mstore: "0x52",
  sload: "0x54",
  sstore: "0x55",
  jumpIf: "0x57",
  jumpDest: "0x5b",
  tload: "0x5c",
  tstore: "0x5d",
  dup1: "0x80",
  create: "0xf0",
  create2: "0xf5",
  revert: "0xfd",
  selfDestruct: "0xff",
} satisfies Record<string, Hex>;

/** CALL and CALLCODE take a value, DELEGATECALL and STATICCALL don't. */
const CALLS: readonly { op: Hex; hasValue: boolean }[] = [
  { op: "0xf1", hasValue: true },
  { op: "0xf2", hasValue: true },
  { op: "0xf4", hasValue: false },
  { op: "0xfa", hasValue: false },
];

/** PUSH of the number in as many bytes. */
function push(value: bigint | number, sizeBytes = 1): Hex {
  const digits = value.toString(16).padStart(sizeBytes * 2, "0");
  return `0x${(0x5f + sizeBytes).toString(16)}${digits}`;
}
const pushAddress = (address: Address): Hex => `0x73${address.slice(2)}`;

function lengthOf(codes: readonly Hex[]): number {
  return codes.reduce((sum, code) => sum + (code.length - 2) / 2, 0);
}
const join = (codes: readonly Hex[]): Hex => `0x${codes.map((code) => code.slice(2)).join("")}`;

/**
 * Creation code of at most 32 bytes, for CREATE: contracts that store, destroy themselves at once or when
 * they are called, hold no code, or fail.
 */
const CHILDREN: readonly Hex[] = [
  // slot 1 is 7, and code that adds its gas to slot 2: GAS 2 SSTORE
  "0x6007600155645a6002555a6000526005601bf3",
  // code: CALLER SELFDESTRUCT
  "0x6133ff6000526002601ef3",
  // slot 1 is 7, then CALLER SELFDESTRUCT in the constructor
  "0x600760015533ff",
  // slot 1 is 7, and no code
  "0x6007600155",
  // ADDRESS SELFDESTRUCT: what it had is burned
  "0x30ff",
  // slot 0 is 1, then REVERT
  "0x600160005560006000fd",
  // INVALID
  "0xfe",
  // code that begins with 0xef is refused (EIP-3541)
  "0x60ef60005360016000f3",
];

const slot = fc.nat({ max: SLOTS - 1 });
const actor = fc.nat({ max: ACTORS - 1 });
/** Few values, so that slots are often set to what they hold, or held before, or to zero. */
const value = fc.constantFrom(0, 1, 2, 255);

/** Keeps what is on the stack in a slot. */
const keep = (into: number): Hex[] => [push(into), OP.sstore];
const addressOf = (actors: readonly Address[], index: number): Hex =>
  pushAddress(actors[index % actors.length] as Address);

const simplePieces: fc.Arbitrary<Piece> = fc.oneof(
  fc.tuple(slot, value).map(
    ([into, what]): Piece =>
      () => [push(what), ...keep(into)],
  ),
  fc.tuple(slot, slot).map(
    ([from, into]): Piece =>
      () => [push(from), OP.sload, ...keep(into)],
  ),
  fc.tuple(slot, value).map(
    ([into, what]): Piece =>
      () => [push(what), push(into), OP.tstore],
  ),
  fc.tuple(slot, slot).map(
    ([from, into]): Piece =>
      () => [push(from), OP.tload, ...keep(into)],
  ),
  slot.map(
    (into): Piece =>
      () => [OP.gas, ...keep(into)],
  ),
  slot.map(
    (into): Piece =>
      () => [OP.selfBalance, ...keep(into)],
  ),
  fc.tuple(fc.constantFrom(OP.balance, OP.extCodeSize, OP.extCodeHash), actor, slot).map(
    ([op, who, into]): Piece =>
      (actors) => [addressOf(actors, who), op, ...keep(into)],
  ),
  // LOG0 to LOG4, of 32 bytes of memory
  fc.nat({ max: 4 }).map(
    (topics): Piece =>
      () => [
        ...Array.from({ length: topics }, (_, topic) => push(topic)),
        push(32),
        push(0),
        byte(0xa0 + topics),
      ],
  ),
);

const callPiece: fc.Arbitrary<Piece> = fc
  .tuple(fc.constantFrom(...CALLS), actor, value, fc.constantFrom(0, 2_300, 60_000, 500_000), slot)
  .map(
    ([{ op, hasValue }, who, amount, gas, into]): Piece =>
      (actors) => [
        ...[push(0), push(0), push(0), push(0)],
        ...(hasValue ? [push(amount)] : []),
        addressOf(actors, who),
        push(gas, 3),
        op,
        ...keep(into),
      ],
  );

/** Creates a contract, and calls it: what it did in its constructor and after is one transaction's. */
const createPiece: fc.Arbitrary<Piece> = fc
  .tuple(fc.constantFrom(...CHILDREN), fc.boolean(), fc.nat({ max: 2 }), value, fc.boolean(), slot)
  .map(
    ([child, isCreate2, salt, amount, isCalled, into]): Piece =>
      () => {
        const size = (child.length - 2) / 2;
        return [
          push(BigInt(child), size),
          ...[push(0), OP.mstore],
          ...(isCreate2 ? [push(salt)] : []),
          ...[push(size), push(32 - size), push(amount)],
          isCreate2 ? OP.create2 : OP.create,
          ...(isCalled ? callCreated() : []),
          ...keep(into),
        ];
      },
  );

/** With the address on the stack, and afterwards still. */
function callCreated(): Hex[] {
  const zeros = [push(0), push(0), push(0), push(0), push(1)];
  const dup6: Hex = "0x85";
  return [...zeros, dup6, push(100_000, 3), "0xf1", OP.pop];
}

const endPiece: fc.Arbitrary<Piece> = fc.oneof(
  actor.map(
    (who): Piece =>
      (actors) => [addressOf(actors, who), OP.selfDestruct],
  ),
  fc.constant<Piece>(() => [push(0), push(0), OP.revert]),
  fc.constantFrom(0xfe, 0x00).map(
    (op): Piece =>
      () => [byte(op)],
  ),
);

const plainPiece: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 8, arbitrary: simplePieces },
  { weight: 4, arbitrary: callPiece },
  { weight: 2, arbitrary: createPiece },
);

const insidePiece: fc.Arbitrary<Piece> = fc.oneof(
  { weight: 8, arbitrary: plainPiece },
  { weight: 1, arbitrary: endPiece },
);

/** What is inside is done only while a slot is zero: calls of the same contract differ. */
const onlyIfZero: fc.Arbitrary<Piece> = fc
  .tuple(slot, fc.array(insidePiece, { minLength: 1, maxLength: 3 }))
  .map(
    ([which, pieces]): Piece =>
      (actors, at) => {
        const headBytes = 2 + 1 + 3 + 1;
        const body = assemble(pieces, actors, at + headBytes);
        const end = at + headBytes + lengthOf(body);
        return [push(which), OP.sload, push(end, 2), OP.jumpIf, ...body, OP.jumpDest];
      },
  );

function assemble(pieces: readonly Piece[], actors: readonly Address[], start: number): Hex[] {
  const codes: Hex[] = [];
  for (const piece of pieces) codes.push(...piece(actors, start + lengthOf(codes)));
  return codes;
}

function rarely<T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary });
}

/** A program, once it is known whom it deals with. */
export type Program = (actors: readonly Address[]) => Hex;

export const programArbitrary: fc.Arbitrary<Program> = fc
  .tuple(
    fc.array(fc.oneof({ weight: 5, arbitrary: plainPiece }, { weight: 2, arbitrary: onlyIfZero }), {
      minLength: 2,
      maxLength: 10,
      size: "max",
    }),
    rarely(endPiece),
    rarely(fc.uint8Array({ minLength: 1, maxLength: 4 })),
  )
  .map(([pieces, end, garbage]) => (actors: readonly Address[]) => {
    const tail: Hex = `0x${Buffer.from(garbage ?? []).toString("hex")}`;
    return join([...assemble([...pieces, ...(end === null ? [] : [end])], actors, 0), tail]);
  });

/** Creation code of a contract with this code. */
export function creationOf(code: Hex): Hex {
  const size = (code.length - 2) / 2;
  // PUSH2 size, DUP1, PUSH1 offset, PUSH1 0, CODECOPY, PUSH1 0, RETURN
  return join([push(size, 2), OP.dup1, push(12), push(0), "0x39", push(0), "0xf3", code]);
}
