import { type OwnershipWitness, proveOwnership } from "@weft/circuits";
import { readArtifact } from "@weft/circuits/node";
import { createTestWitness } from "@weft/circuits/testing";
import {
  type ChainNumber,
  fieldToHash,
  ownershipBinding,
  ownershipNullifier,
  ownershipScope,
  timestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import type { WeftNode } from "../../src/index.ts";
import { GAME } from "../load/openPlayers.ts";

/** @returns what verifies a login's proof in the node's threads, as the game server does. Each time is as much work. */
export async function prepareLogin({
  fastChain,
  loginProofs,
}: WeftNode): Promise<() => Promise<void>> {
  const { genesis } = fastChain;
  const { zkChainId, chainId: fastChainId, gamePass: contract } = genesis;
  const season = 0;
  const grant = {
    sessionKey: `0x${"77".repeat(64)}`,
    game: GAME,
    payout: ZERO_ADDRESS,
    expiresAtMs: timestampMs(Date.now() + 3_600_000),
  } as const;
  const scope = ownershipScope({ zkChainId, fastChainId, game: GAME, season });
  const binding = ownershipBinding(fastChainId, grant);
  const witness: OwnershipWitness = createTestWitness({ contract, scope, binding });
  const artifacts = { wasm: await readArtifact("wasm"), zkey: await readArtifact("zkey") };
  const { proof } = await proveOwnership({ ...artifacts, witness });
  const login = {
    type: "ownership" as const,
    stateRoot: witness.stateProof.root,
    season,
    nullifier: fieldToHash(ownershipNullifier(witness)),
    proof,
  };
  return () => loginProofs.verify(genesis, { grant, login, zkNumber: 0 as ChainNumber });
}
