import {
  type Address,
  bytesToHex,
  fieldToHash,
  joinTicketMessage,
  OWNERSHIP_LOGIN_GAME,
  ownershipBinding,
  ownershipScope,
  type ServerInfo,
  sessionIdOf,
} from "@weft/protocol";
import { readPassProof } from "../chain/passProof.ts";
import { ClientError } from "../errors.ts";
import type { Identity } from "../identity/identity.ts";
import { PASS_BUCKET } from "../limits.ts";
import { loadArtifacts } from "../prover/artifacts.ts";
import { proveInThread } from "../prover/proveInThread.ts";
import type { LoginMethod } from "./loginMethod.ts";

/** How far a login has come. */
export type LoginProgress = {
  /** What is being done. `state`: the pass is looked up among others; `circuit`: what proves is loaded; `opening`: the server checks. */
  readonly phase: "state" | "circuit" | "proving" | "opening";
  /** Of this phase, from 0 to 1. */
  readonly share: number;
};

export type OwnershipLogin = {
  /** Whose commitment is bound to the pass: `createIdentity`, `wallet.bindPass`. */
  readonly identity: Identity;
  /** The pass's token id. It stays on this side. */
  readonly pass: bigint;
  /**
   * How many consecutive passes the server is asked about, to hide which one is meant. Default 64, at most 1024.
   * All players of a game should use the same.
   */
  readonly passBucketSize?: number;
  readonly onProgress?: (progress: LoginProgress) => void;
  /** Calls the login off, until the server is asked to open the session. */
  readonly signal?: AbortSignal;
};

/** Login by a zero-knowledge proof that one holds a pass, which tells nobody which, nor whose. */
export function ownershipLogin(options: OwnershipLogin): LoginMethod {
  const { identity, pass, passBucketSize: bucketSize = PASS_BUCKET } = options;
  const signal = options.signal ?? new AbortController().signal;
  const tell = (phase: LoginProgress["phase"], share: number) =>
    options.onProgress?.({ phase, share });
  return {
    type: "ownership",
    defaultPayout: identity.payoutAccount.address.toLowerCase() as Address,
    async prove({ grant, info, zk, url, fetch, prover, signer, clock }) {
      const { contract, artifacts: offered } = ownershipOf(info);
      tell("state", 0);
      const { commitment, ...state } = await readPassProof(zk, { contract, pass, bucketSize });
      checkBound(identity, pass, commitment);
      tell("circuit", 0);
      const onDownload = (share: number) => tell("circuit", share);
      const source = { url, fetch, offered, signal, onProgress: onDownload };
      const artifacts = await loadArtifacts(prover.artifacts, source);
      const { zkChainId, fastChainId } = info;
      const season = info.gameLogins[grant.game]?.season ?? 0;
      const scope = ownershipScope({ zkChainId, fastChainId, game: grant.game, season });
      const binding = ownershipBinding(fastChainId, grant);
      const { stateRoot, stateProof, blockNumber } = state;
      const { secret } = identity;
      const { proof, nullifier } = await proveInThread({
        ...artifacts,
        witness: { secret, tokenId: pass, contract, scope, binding, stateProof },
        parallel: prover.parallel ?? true,
        createWorker: prover.createWorker,
        signal,
        onProgress: ({ share }) => tell("proving", share),
      });
      tell("opening", 0);
      // Only now: the server wants to see that the session's maker is there, and proving takes its time.
      const issuedAtMs = clock.nowMs();
      const ticket = {
        sessionId: sessionIdOf(fastChainId, grant),
        game: OWNERSHIP_LOGIN_GAME,
        issuedAtMs,
      };
      const signature = await signer.sign(joinTicketMessage(fastChainId, ticket));
      return {
        type: "ownership",
        zkNumber: blockNumber,
        stateRoot,
        contract,
        season,
        scope: fieldToHash(scope),
        binding: fieldToHash(binding),
        nullifier: fieldToHash(nullifier),
        proof: bytesToHex(proof),
        issuedAtMs,
        signature: bytesToHex(signature),
      };
    },
  };
}

function ownershipOf(info: ServerInfo): NonNullable<ServerInfo["ownership"]> {
  if (info.ownership !== undefined) return info.ownership;
  throw new ClientError("LOGIN_UNSUPPORTED", "the server takes no login by ownership");
}

function checkBound(identity: Identity, pass: bigint, bound: bigint): void {
  if (fieldToHash(bound) === identity.commitment) return;
  const message =
    bound === 0n
      ? `pass ${pass} is bound to no identity: see \`wallet.bindPass\``
      : `pass ${pass} is bound to another identity`;
  throw new ClientError("IDENTITY_NOT_BOUND", message, {
    details: { pass, bound: bound !== 0n },
  });
}
