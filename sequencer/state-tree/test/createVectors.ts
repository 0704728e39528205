import {
  type BasicData,
  domainInput,
  encodeBasicData,
  FIELD_MODULUS,
  fieldToHash,
  STATE_LEAF,
  type StateLeafKind,
  splitHalves,
  stateKeyInputs,
} from "@weft/protocol";
import { createMemoryStore, hashCode, leafKeyOf, StateTree } from "../src/index.ts";
import { digestToHash, EMPTY_NODES } from "../src/tree/digest.ts";
import { hashLeaf, type Leaf } from "../src/tree/leaf.ts";
import barretenberg from "./barretenbergVectors.json" with { type: "json" };

const ALICE = "0x00000000000000000000000000000000000a11ce";
const LAST_ADDRESS = `0x${"ff".repeat(20)}` as const;
const MAX_UINT256 = 2n ** 256n - 1n;

/** What test-vectors.json holds. Numbers are 32 bytes, big-endian, in hexadecimal. */
export function createVectors() {
  return {
    modulus: fieldToHash(FIELD_MODULUS),
    poseidon2: barretenberg,
    emptyNodes: EMPTY_NODES.map(digestToHash),
    keys: [
      keyVector(ALICE, "basicData"),
      keyVector(ALICE, "codeKeccak"),
      keyVector(ALICE, "codePoseidon2"),
      keyVector(ALICE, "storage", 0n),
      keyVector(ALICE, "storage", (1n << 128n) + 7n),
      keyVector(LAST_ADDRESS, "storage", MAX_UINT256),
    ],
    basicData: [
      basicDataVector({ codeSize: 0, nonce: 0n, balance: 0n }),
      basicDataVector({ codeSize: 0, nonce: 1n, balance: 10n ** 18n }),
      basicDataVector({ codeSize: 24_576, nonce: 2n ** 64n - 1n, balance: 2n ** 128n - 1n }),
    ],
    codeHashes: [0, 1, 31, 32, 62, 63, 100].map(codeVector),
    leaves: [
      leafVector({ key: 0n, index: 0, value: 0n, nextKey: 0n }),
      leafVector({ key: 1n, index: 1, value: MAX_UINT256, nextKey: FIELD_MODULUS - 1n }),
    ],
    ...treeVectors(),
  };
}

function keyVector(address: `0x${string}`, kindName: keyof typeof STATE_LEAF, slot = 0n) {
  const kind: StateLeafKind = STATE_LEAF[kindName];
  return {
    ...{ address, kind, slot: fieldToHash(slot) },
    inputs: stateKeyInputs(address, kind, slot).map(fieldToHash),
    key: fieldToHash(leafKeyOf(address, kind, slot)),
  };
}

function halvesOf(value: bigint) {
  const [hi, lo] = splitHalves(value);
  return { valueHi: fieldToHash(hi), valueLo: fieldToHash(lo) };
}

function basicDataVector(data: BasicData) {
  const { codeSize, nonce, balance } = data;
  return { codeSize, nonce: `${nonce}`, balance: `${balance}`, ...halvesOf(encodeBasicData(data)) };
}

function codeVector(sizeBytes: number) {
  const code = Uint8Array.from({ length: sizeBytes }, (_, i) => (i * 7 + 1) % 256);
  return {
    code: `0x${Buffer.from(code).toString("hex")}`,
    firstInput: fieldToHash(domainInput(4, BigInt(sizeBytes))),
    hash: fieldToHash(hashCode(code)),
  };
}

function leafVector(leaf: Leaf) {
  return {
    ...{ key: fieldToHash(leaf.key), ...halvesOf(leaf.value), nextKey: fieldToHash(leaf.nextKey) },
    hash: digestToHash(hashLeaf(leaf)),
  };
}

/** In the order in which they are written: a transaction's order of application is another. */
const TRANSACTIONS: readonly { about: string; writes: readonly [bigint, bigint][] }[] = [
  { about: "nothing is written", writes: [] },
  { about: "one key", writes: [[50n, 1n]] },
  {
    about: "three keys: before, after and between, not in their order",
    writes: [
      [70n, 2n ** 255n],
      [10n, MAX_UINT256],
      [60n, 2n ** 128n],
    ],
  },
  { about: "another value", writes: [[10n, 5n]] },
  {
    about: "zero over a value: the leaf stays; zero where there is nothing: nothing happens",
    writes: [
      [60n, 0n],
      [61n, 0n],
    ],
  },
  {
    about: "a key that comes back, and the greatest key there is",
    writes: [
      [FIELD_MODULUS - 1n, 9n],
      [60n, 3n],
    ],
  },
];

function treeVectors() {
  const tree = new StateTree(createMemoryStore());
  const emptyRoot = tree.root;
  const fork = tree.fork();
  const transactions = TRANSACTIONS.map(({ about, writes }) => {
    for (const [key, value] of writes) fork.set(key, value);
    fork.endTransaction();
    return {
      about,
      writes: writes.map(([key, value]) => ({ key: fieldToHash(key), ...halvesOf(value) })),
      rootAfter: fork.root,
    };
  });
  fork.commitBlock(0);
  const view = tree.view();
  const probes = [10n, 50n, 60n, FIELD_MODULUS - 1n, 1n, 49n, 61n, FIELD_MODULUS - 2n];
  const proofs = probes.map((key) => ({ ...halvesOf(view.get(key)), proof: view.prove(key) }));
  return { emptyRoot, transactions, leafCount: view.leafCount, proofs };
}
