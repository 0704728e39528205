// Made barretenbergVectors.json: what Barretenberg says, the reference that Noir and the ZK chain's tree are held to. Its
// package is 156 MB, so it isn't one of ours. To make them again, in a folder outside of this repository:
//
//   npm init -y && npm install @aztec/bb.js@5.0.0
//   node makeVectors.mjs > barretenbergVectors.json
import { BarretenbergSync } from "@aztec/bb.js";

const MODULUS = 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n;
const MAX_INPUTS = 7;

const barretenberg = await BarretenbergSync.initSingleton();

function toBytes(value) {
  return Uint8Array.from(Buffer.from(value.toString(16).padStart(64, "0"), "hex"));
}

function toHex(bytes) {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}

/** Elements of all sizes, each another one. */
function someElements(count, seed) {
  return Array.from({ length: count }, (_, i) => BigInt(seed * 31 + i + 1) ** 97n % MODULUS);
}

const inputs = Array.from({ length: MAX_INPUTS }, (_, i) => i + 1).flatMap((count) => [
  Array(count).fill(0n),
  Array(count).fill(MODULUS - 1n),
  someElements(count, count),
  someElements(count, count + 10),
]);
const vectors = inputs.map((elements) => ({
  inputs: elements.map((element) => toHex(toBytes(element))),
  hash: toHex(barretenberg.poseidon2Hash({ inputs: elements.map(toBytes) }).hash),
}));
const source = "poseidon2Hash of @aztec/bb.js 5.0.0, its WebAssembly; see makeVectors.mjs";
console.log(JSON.stringify({ source, vectors }, null, 2));
process.exit();
