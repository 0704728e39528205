import { contractAddresses } from "@weft/contracts";
import {
  type Address,
  chainNumber,
  decodeBasicData,
  type Hash,
  hexToBytes,
  keccak256,
  STATE_LEAF,
  type StateLeafKind,
  type StateProof,
  stateKey,
  verifyStateProof,
} from "@weft/protocol";
import { beforeEach, expect, it } from "vitest";
import { MAX_PROOF_SLOTS } from "../limits.ts";
import { alice, carol, codeOf, lowerCase, TestChain } from "../testChain.ts";
import type { AccountProof } from "../types.ts";

let chain: TestChain;
beforeEach(async () => {
  chain = await TestChain.start();
});

const slotOf = (index: number): Hash => `0x${index.toString(16).padStart(64, "0")}`;
const portal = lowerCase(contractAddresses.portal);
const carolAddress = lowerCase(carol.address);

/** What a proof shows to somebody who has the block's header. */
async function shown(
  { address, blockNumber }: AccountProof,
  kind: StateLeafKind,
  proof: StateProof,
  slot = 0n,
): Promise<bigint> {
  const root = (await chain.engine.blockByNumber(blockNumber))?.header.stateRoot as Hash;
  return verifyStateProof({ root, key: stateKey(address, kind, slot) }, proof);
}

const basicDataOf = async (proof: AccountProof) =>
  decodeBasicData(await shown(proof, STATE_LEAF.basicData, proof.basicData));

it("proves what an account has, and that it hasn't", async () => {
  await chain.send(alice, { to: carol.address, value: 7n });
  await chain.send(alice, { to: carol.address, value: 1n });
  const { engine } = chain;
  for (const [number, balance] of [0n, 7n, 8n].entries()) {
    const proof = await engine.stateProof(carolAddress, [], chainNumber(number));
    expect(await basicDataOf(proof)).toEqual({ codeSize: 0, nonce: 0n, balance });
    const { codeKeccak, codePoseidon2 } = proof;
    expect(await shown(proof, STATE_LEAF.codeKeccak, codeKeccak)).toBe(0n);
    expect(await shown(proof, STATE_LEAF.codePoseidon2, codePoseidon2)).toBe(0n);
  }
  const sender = await engine.stateProof(lowerCase(alice.address), []);
  expect(await basicDataOf(sender)).toMatchObject({ nonce: 2n });
});

it("proves code and slots", async () => {
  const slots = [0, 1, 2, 3, 999].map(slotOf);
  const proof = await chain.engine.stateProof(portal, slots);
  const code = hexToBytes(await chain.engine.code(portal));
  expect(await basicDataOf(proof)).toMatchObject({ codeSize: code.length, nonce: 1n });
  const keccak = await shown(proof, STATE_LEAF.codeKeccak, proof.codeKeccak);
  expect(keccak).toBe(BigInt(keccak256(code)));
  expect(await shown(proof, STATE_LEAF.codePoseidon2, proof.codePoseidon2)).not.toBe(0n);
  for (const { slot, proof: one } of proof.storage) {
    const value = await shown(proof, STATE_LEAF.storage, one, BigInt(slot));
    expect(value).toBe(BigInt(await chain.engine.storage(portal, slot)));
  }
  expect(proof.storage.map(({ slot }) => slot)).toEqual(slots);
});

it("proves nothing about a state that isn't kept, and so many slots only", async () => {
  const prove = (address: Address, slots: number, at?: number) => {
    const names = Array.from({ length: slots }, (_, index) => slotOf(index));
    return chain.engine.stateProof(address, names, at === undefined ? "latest" : chainNumber(at));
  };
  expect((await prove(portal, MAX_PROOF_SLOTS)).storage).toHaveLength(MAX_PROOF_SLOTS);
  expect(await codeOf(prove(portal, MAX_PROOF_SLOTS + 1))).toBe("REQUEST_INVALID");
  expect(await codeOf(prove(portal, 0, 1))).toBe("BLOCK_UNKNOWN");
});
