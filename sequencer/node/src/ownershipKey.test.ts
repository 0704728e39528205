import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ownershipArtifacts } from "@weft/circuits";
import { concatBytes, hexToBytes } from "@weft/protocol";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { silentLogger } from "./logger.ts";
import { startNode } from "./startNode.ts";
import type { NodeOptions } from "./types.ts";

const developmentKey = hexToBytes(ownershipArtifacts.verificationKey);
/** Another key that is one: gamma and delta have changed places. */
const otherKey = concatBytes(
  developmentKey.subarray(0, 192),
  developmentKey.subarray(320, 448),
  developmentKey.subarray(192, 320),
  developmentKey.subarray(448),
);
const keys = {
  operatorKey: generatePrivateKey(),
  owner: privateKeyToAccount(generatePrivateKey()).address,
};

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "weft-key-"));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** Starts a node in the directory and stops it. @returns the key that it verifies with */
async function keyWith(options: NodeOptions): Promise<Uint8Array> {
  const node = await startNode({ rpc: { port: 0 }, logger: silentLogger, dataDir, ...options });
  const { ownershipKey } = node.fastChain.genesis;
  await node.stop();
  return ownershipKey;
}

const invalidKey = { code: "OPTION_INVALID", details: { option: "ownershipKey" } };

test("a node with an operator of its own refuses the development key, and leaves no ledger behind", async () => {
  await expect(keyWith(keys)).rejects.toMatchObject({ code: "CIRCUIT_KEY_DEVELOPMENT" });
  await expect(keyWith({ ...keys, ownershipKey: developmentKey })).rejects.toMatchObject({
    code: "CIRCUIT_KEY_DEVELOPMENT",
  });
  expect(await keyWith({ ...keys, ownershipKey: otherKey })).toEqual(otherKey);
});

test("it takes it when told that it may, each time", async () => {
  const allowed = { ...keys, allowDevelopmentCircuits: true };
  expect(await keyWith(allowed)).toEqual(developmentKey);
  expect(await keyWith(allowed)).toEqual(developmentKey);
  await expect(keyWith(keys)).rejects.toMatchObject({ code: "CIRCUIT_KEY_DEVELOPMENT" });
});

test("a ledger keeps the key that it began with", async () => {
  expect(await keyWith({ ownershipKey: otherKey })).toEqual(otherKey);
  expect(await keyWith({})).toEqual(otherKey);
  await expect(keyWith({ ownershipKey: developmentKey })).rejects.toMatchObject(invalidKey);
});

test("what isn't a key is refused before anything begins", async () => {
  for (const ownershipKey of [new Uint8Array(832), otherKey.subarray(1), new Uint8Array()]) {
    await expect(keyWith({ ownershipKey })).rejects.toMatchObject(invalidKey);
  }
  expect(await keyWith({})).toEqual(developmentKey);
});
