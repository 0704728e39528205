import { FIELD_MODULUS, identityCommitment, splitHalves } from "@weft/protocol";
import { poseidon2Hash } from "@zkpassport/poseidon2";
import type { OwnershipInputs, OwnershipWitness } from "../src/ownershipInputs.ts";
import { createTestWitness } from "../src/testing.ts";
import type { Mutation } from "../test/circuitLab.ts";

// What a prover who isn't bound to our witness generator would try: one for each constraint of the source.

export type Attack = {
  /** What is gained by it. */
  readonly name: string;
  /** Takes the constraint away that stands against it. */
  readonly mutation: Mutation;
  /** What the prover says. */
  readonly inputs: OwnershipInputs;
  /** Signals that the prover sets as the witness generator wouldn't. */
  readonly signals?: Readonly<Record<string, bigint>>;
};

const DOMAIN = 0x776566743a7631n << 168n;
const NULLIFIER = 6n << 160n;

/** The circuit's inputs, with nothing checked. */
function inputsOf(witness: OwnershipWitness): OwnershipInputs {
  const { secret, tokenId, scope, binding, stateProof } = witness;
  const [valueHi, valueLo] = splitHalves(identityCommitment(secret));
  return {
    ...{ secret, tokenId, scope, binding, valueHi, valueLo },
    contract: BigInt(witness.contract),
    stateRoot: BigInt(stateProof.root),
    nullifier: nullifierOf({ secret, tokenId, scope }),
    nextKey: BigInt(stateProof.nextKey),
    leafIndex: Array.from({ length: 32 }, (_, i) => BigInt((stateProof.leafIndex >>> i) & 1)),
    siblings: stateProof.siblings.map(BigInt),
  };
}

function nullifierOf(of: { secret: bigint; tokenId: bigint; scope: bigint }): bigint {
  return poseidon2Hash([DOMAIN + NULLIFIER + of.tokenId, of.secret, of.scope]);
}

const honest = inputsOf(createTestWitness());
const key = BigInt(createTestWitness().stateProof.key);
const OTHER_SECRET = 99n;
/** Of a contract of the attacker's, which holds what the attacker wants. */
const ofOtherContract = inputsOf(createTestWitness({ contract: `0x${"e7".repeat(20)}` }));
const ofOtherPass = inputsOf(createTestWitness({ tokenId: 5n }));
/** GamePass's slots end at 2^64 + 2^64. */
const ofNoPass = inputsOf(createTestWitness({ tokenId: 2n ** 64n + 7n }));

function inCircuit(find: string, replace: string): Mutation {
  return { file: "ownership/ownership.circom", find, replace };
}

function inPath(find: string, replace: string): Mutation {
  return { file: "ownership/stateTreePath.circom", find, replace };
}

function inBits(find: string, replace: string): Mutation {
  return { file: "ownership/toBits.circom", find, replace };
}

const equalities: readonly Attack[] = [
  {
    name: "a root that isn't the state's",
    mutation: inCircuit("stateRoot === root;", ""),
    inputs: { ...honest, stateRoot: 1n },
  },
  {
    name: "a secret that the pass isn't bound to",
    mutation: inCircuit("commitment === valueHi * 2 ** 128 + valueLo;", ""),
    inputs: withSecret(OTHER_SECRET),
  },
  {
    name: "any nullifier",
    mutation: inCircuit("nullifier === expectedNullifier;", ""),
    inputs: { ...honest, nullifier: 1n },
  },
  {
    name: "a session that the proof wasn't made for",
    mutation: inCircuit("signal bindingSquare <== binding * binding;", ""),
    inputs: honest,
    signals: { "main.binding": 1n },
  },
];

function withSecret(secret: bigint): OwnershipInputs {
  return { ...honest, secret, nullifier: nullifierOf({ ...honest, secret }) };
}

/** Each cuts one wire between what is hashed and what it is said to be, and puts a number there. */
const wires: readonly Attack[] = [
  {
    name: "a secret for the commitment and another for the nullifier",
    mutation: inCircuit("COMMITMENT, secret]", `COMMITMENT, ${honest.secret}]`),
    inputs: withSecret(OTHER_SECRET),
  },
  {
    name: "a nullifier of another secret",
    mutation: inCircuit("tokenId, secret, scope]", `tokenId, ${OTHER_SECRET}, scope]`),
    inputs: { ...honest, nullifier: withSecret(OTHER_SECRET).nullifier },
  },
  {
    name: "a nullifier of another pass",
    mutation: inCircuit("NULLIFIER + tokenId,", "NULLIFIER + 5,"),
    inputs: { ...honest, nullifier: ofOtherPass.nullifier },
  },
  {
    name: "a nullifier of another scope",
    mutation: inCircuit("secret, scope]", "secret, 8]"),
    inputs: { ...honest, nullifier: nullifierOf({ ...honest, scope: 8n }) },
  },
  {
    name: "the storage of another contract",
    mutation: inCircuit("STORAGE + contract,", `STORAGE + ${ofOtherContract.contract},`),
    inputs: { ...ofOtherContract, contract: honest.contract },
  },
  {
    name: "the slot of another pass",
    mutation: inCircuit("FIRST_SLOT + tokenId]", "FIRST_SLOT + 5]"),
    inputs: { ...ofOtherPass, tokenId: 6n, nullifier: nullifierOf({ ...honest, tokenId: 6n }) },
  },
  {
    name: "the upper half of the slot's number",
    mutation: inCircuit("+ contract, 0, FIRST", "+ contract, 1, FIRST"),
    inputs: withSlotAbove(),
  },
  {
    name: "the leaf of another key",
    mutation: inCircuit("([key, valueHi", `([${keyOf(ofOtherContract)}, valueHi`),
    inputs: { ...ofOtherContract, contract: honest.contract },
  },
  {
    name: "an upper half of the value that isn't the leaf's",
    mutation: inCircuit("([key, valueHi,", `([key, ${honest.valueHi},`),
    inputs: withHalf("valueHi"),
  },
  {
    name: "a lower half of the value that isn't the leaf's",
    mutation: inCircuit("valueHi, valueLo, nextKey]", `valueHi, ${honest.valueLo}, nextKey]`),
    inputs: withHalf("valueLo"),
  },
  {
    name: "a leaf that isn't in the tree",
    mutation: inCircuit("StateTreePath(32)(leaf,", `StateTreePath(32)(${leafOf(honest)},`),
    inputs: { ...withSecret(OTHER_SECRET), ...halvesOf(OTHER_SECRET) },
  },
];

function keyOf({ contract, tokenId }: OwnershipInputs, slotHi = 0n): bigint {
  return poseidon2Hash([DOMAIN + (3n << 160n) + contract, slotHi, 2n ** 64n + tokenId]);
}

function leafOf({ valueHi, valueLo, nextKey }: OwnershipInputs, ofKey = key): bigint {
  return poseidon2Hash([ofKey, valueHi, valueLo, nextKey]);
}

function halvesOf(secret: bigint): { valueHi: bigint; valueLo: bigint } {
  const [valueHi, valueLo] = splitHalves(identityCommitment(secret));
  return { valueHi, valueLo };
}

/** A state that holds the commitment in slot 2^128 + 2^64 + tokenId: where a mapping of the contract may reach. */
function withSlotAbove(): OwnershipInputs {
  return { ...honest, stateRoot: climb(leafOf(honest, keyOf(honest, 1n))) };
}

function climb(leaf: bigint): bigint {
  return honest.siblings.reduce(
    (node, sibling, level) =>
      poseidon2Hash(honest.leafIndex[level] === 1n ? [sibling, node] : [node, sibling]),
    leaf,
  );
}

/** The other secret's commitment as halves of which one is the leaf's, and the other is far out of its range. */
function withHalf(free: "valueHi" | "valueLo"): OwnershipInputs {
  const commitment = identityCommitment(OTHER_SECRET);
  const valueHi = divide(commitment - honest.valueLo, 2n ** 128n);
  const valueLo = mod(commitment - honest.valueHi * 2n ** 128n);
  return { ...withSecret(OTHER_SECRET), ...(free === "valueHi" ? { valueHi } : { valueLo }) };
}

const bits: readonly Attack[] = [
  {
    name: "a slot that is no pass's",
    mutation: inCircuit("ToBits(64)(tokenId);", ""),
    inputs: ofNoPass,
  },
  {
    name: "a slot that is no pass's, its bits another number's",
    mutation: inBits("sum === in;", ""),
    inputs: ofNoPass,
  },
  {
    name: "a slot that is no pass's, as one bit",
    mutation: inBits(
      `bits[i] <-- (in >> i) & 1;
        bits[i] * (bits[i] - 1) === 0;`,
      "bits[i] <-- i == 0 ? in : 0;",
    ),
    inputs: ofNoPass,
  },
];

// A leaf of the attacker's in the place of the honest one: its parent must hash what it did before.
const forgedLeaf = leafOf({ ...honest, ...halvesOf(OTHER_SECRET) });
const forger = { ...withSecret(OTHER_SECRET), ...halvesOf(OTHER_SECRET) };
const [left, right] = (
  honest.leafIndex[0] === 1n
    ? [honest.siblings[0], leafOf(honest)]
    : [leafOf(honest), honest.siblings[0]]
) as [bigint, bigint];

const path: readonly Attack[] = [
  {
    name: "a forged leaf, at an index whose bit is neither 0 nor 1",
    mutation: inPath("indexBits[level] * (indexBits[level] - 1) === 0;", ""),
    inputs: atBottom(
      divide(left - forgedLeaf, left + right - 2n * forgedLeaf),
      left + right - forgedLeaf,
    ),
  },
  {
    name: "a forged leaf, with something else on the left",
    mutation: inPath(
      "left[level] <== indexBits[level] * (siblings[level] - node) + node;",
      `left[level] <-- level == 0 ? ${left} : indexBits[level] * (siblings[level] - node) + node;`,
    ),
    inputs: atBottom(0n, mod(left + right - forgedLeaf)),
  },
  {
    name: "a forged leaf, with something else hashed on the left",
    mutation: inPath(
      "parent[level].in[0] <== left[level];",
      `parent[level].in[0] <-- level == 0 ? ${left} : left[level];`,
    ),
    inputs: atBottom(0n, right),
  },
  {
    name: "a forged leaf, with something else hashed on the right",
    mutation: inPath(
      "parent[level].in[1] <== node + siblings[level] - left[level];",
      `parent[level].in[1] <-- level == 0 ? ${right} : node + siblings[level] - left[level];`,
    ),
    inputs: atBottom(1n, left),
  },
  {
    name: "another root than the path's",
    mutation: inPath("root <== node;", "root <-- node + 1;"),
    inputs: { ...honest, stateRoot: honest.stateRoot + 1n },
  },
];

function atBottom(bit: bigint, sibling: bigint): OwnershipInputs {
  return {
    ...forger,
    leafIndex: [mod(bit), ...honest.leafIndex.slice(1)],
    siblings: [mod(sibling), ...honest.siblings.slice(1)],
  };
}

function mod(value: bigint): bigint {
  const rest = value % FIELD_MODULUS;
  return rest < 0n ? rest + FIELD_MODULUS : rest;
}

/** In the field: by Fermat's little theorem. */
function divide(dividend: bigint, divisor: bigint): bigint {
  let result = mod(dividend);
  let power = mod(divisor);
  for (let exponent = FIELD_MODULUS - 2n; exponent > 0n; exponent >>= 1n) {
    if (exponent & 1n) result = mod(result * power);
    power = mod(power * power);
  }
  return result;
}

export const attacks: readonly Attack[] = [...equalities, ...wires, ...bits, ...path];
