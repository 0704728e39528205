import { join } from "node:path";
import {
  fieldToHash,
  identityCommitment,
  STATE_TREE_DEPTH,
  type StateProof,
  splitHalves,
} from "@weft/protocol";
import { poseidon2Hash } from "@zkpassport/poseidon2";
import type { CircuitArtifacts } from "./artifacts.ts";
import { type OwnershipWitness, passKey } from "./ownershipInputs.ts";

export type TestWitnessOptions = Partial<Omit<OwnershipWitness, "stateProof">> & {
  /** Where the pass's leaf is, from 0 to 2^32 - 1. */
  readonly leafIndex?: number;
  /** What the pass's slot holds, instead of the secret's commitment. */
  readonly commitment?: bigint;
};

/**
 * An honest witness in a state that was made for it: the pass's slot holds the secret's commitment, the rest
 * of the tree is made up. For tests that need a proof and no chain.
 */
export function createTestWitness(options: TestWitnessOptions = {}): OwnershipWitness {
  const { leafIndex = 0xa5_5a_0f_31, commitment, ...given } = options;
  const witness = {
    secret: 0x1234_5678_9abc_def0n,
    tokenId: 77n,
    contract: `0x${"c0".repeat(20)}`,
    scope: 0x5c0e_5c0en,
    binding: 0xb1d_b1dn,
    ...given,
  } as const;
  const key = passKey(witness.contract, witness.tokenId);
  const value = commitment ?? identityCommitment(witness.secret);
  return { ...witness, stateProof: createTestProof(BigInt(key), value, leafIndex) };
}

function createTestProof(key: bigint, value: bigint, leafIndex: number): StateProof {
  const [valueHi, valueLo] = splitHalves(value);
  const nextKey = key + 1n;
  const siblings = Array.from({ length: STATE_TREE_DEPTH }, (_, level) =>
    poseidon2Hash([BigInt(level)]),
  );
  const root = siblings.reduce(
    (node, sibling, level) =>
      poseidon2Hash((leafIndex >>> level) & 1 ? [sibling, node] : [node, sibling]),
    poseidon2Hash([key, valueHi, valueLo, nextKey]),
  );
  return {
    root: fieldToHash(root),
    key: fieldToHash(key),
    leafKey: fieldToHash(key),
    valueHi: fieldToHash(valueHi),
    valueLo: fieldToHash(valueLo),
    nextKey: fieldToHash(nextKey),
    leafIndex,
    siblings: siblings.map(fieldToHash),
  };
}

/**
 * Another set-up of the circuit than the one that is committed, with one contribution more: some seconds.
 * @param folder gets its files
 */
export async function makeTestSetup(folder: string): Promise<CircuitArtifacts> {
  // Only who asks for it loads the compiler and snarkjs.
  const { contribute, endThreads } = await import("../setup/ceremony.ts");
  const { CIRCUIT_SOURCE, writeArtifacts } = await import("../setup/circuitFiles.ts");
  const { compileCircuit } = await import("../setup/compileCircuit.ts");
  const { ownershipFiles } = await import("./node.ts");
  const nothing = () => {};
  const silent = { debug: nothing, info: nothing, warn: nothing, error: nothing };
  const zkey = join(folder, "contributed.zkey");
  try {
    const compiled = await compileCircuit(CIRCUIT_SOURCE, folder);
    await contribute({ from: ownershipFiles.zkey, to: zkey, name: "test" }, silent);
    return await writeArtifacts(folder, compiled, { zkey, development: false });
  } finally {
    await endThreads();
  }
}
