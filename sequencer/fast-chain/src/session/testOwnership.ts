import {
  type ChainNumber,
  type Hash,
  ownershipBinding,
  ownershipPublicInputs,
  ownershipScope,
  type SessionGrant,
  timestampMs,
  utf8ToBytes,
} from "@weft/protocol";
import { FAST, GAME_PASS, type TestChain, trapdoor, ZK } from "../testChain.ts";
import type { OwnershipOpen } from "./ownershipProof.ts";

/** The ZK chain's blocks, and logins that prove against them with the test chains' trapdoor: for tests. */

export const fieldHex = (value: bigint): Hash => `0x${value.toString(16).padStart(64, "0")}`;

/** The state root after a ZK block of a test. */
export const rootOf = (zkNumber: number): Hash => fieldHex(BigInt(zkNumber) + 1000n);

/** Orders the ZK chain's next block. @returns its number */
export function orderZkBlock({ ledger, nowMs }: TestChain): ChainNumber {
  const zkNumber = (ledger.chainHead(ZK)?.header.number ?? -1) + 1;
  const { block } = ledger.propose({
    chainId: ZK,
    transactions: [utf8ToBytes(`ZK block ${zkNumber}`)],
    stateRoot: rootOf(zkNumber),
    timestampMs: timestampMs(nowMs()),
  });
  return block.header.number;
}

export type ProvenFacts = {
  readonly nullifier: bigint;
  readonly zkNumber: ChainNumber;
  readonly season?: number;
};

/** A login whose proof holds. */
export function ownershipOpen(grant: SessionGrant, facts: ProvenFacts): OwnershipOpen {
  const { nullifier, zkNumber, season = 0 } = facts;
  const stateRoot = rootOf(zkNumber);
  const inputs = ownershipPublicInputs({
    stateRoot: BigInt(stateRoot),
    contract: BigInt(GAME_PASS),
    scope: ownershipScope({ zkChainId: ZK, fastChainId: FAST, game: grant.game, season }),
    nullifier,
    binding: ownershipBinding(FAST, grant),
  });
  const proof = trapdoor().prove(inputs);
  const login = {
    type: "ownership" as const,
    stateRoot,
    season,
    nullifier: fieldHex(nullifier),
    proof,
  };
  return { grant, login, zkNumber };
}
