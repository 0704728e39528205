import {
  type Address,
  bytesToHex,
  fieldToHash,
  joinTicketMessage,
  OWNERSHIP_LOGIN_GAME,
  type OwnershipInfo,
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
import { type Prover, startProver } from "../prover/startProver.ts";
import type { LoginContext, LoginMethod } from "./loginMethod.ts";

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
  const { identity } = options;
  const signal = options.signal ?? new AbortController().signal;
  return {
    type: "ownership",
    defaultPayout: identity.payoutAccount.address.toLowerCase() as Address,
    async prove(context) {
      const { createWorker, parallel = true } = context.prover;
      const { contract, artifacts } = ownershipOf(context.info);
      // It gets ready while what is to be proven is read.
      const thread = startProver({ parallel, createWorker, signal });
      try {
        const shown = await proveHolding(
          { ...options, signal, contract, artifacts },
          context,
          thread,
        );
        options.onProgress?.({ phase: "opening", share: 0 });
        // Only now: the server wants to see that the session's maker is there, and proving takes its time.
        return { ...shown, ...(await signNow(context)) };
      } finally {
        thread.stop();
      }
    },
  };
}

type Holding = OwnershipLogin & {
  readonly signal: AbortSignal;
  readonly contract: Address;
  /** What the server takes proofs of. */
  readonly artifacts: OwnershipInfo["artifacts"];
};

/** All of the login but the signature. */
async function proveHolding(holding: Holding, context: LoginContext, thread: Prover) {
  const { identity, pass, passBucketSize: bucketSize = PASS_BUCKET, contract } = holding;
  const { grant, info, zk, url, fetch, prover } = context;
  const tell = (phase: LoginProgress["phase"], share: number) =>
    holding.onProgress?.({ phase, share });
  tell("state", 0);
  const { commitment, ...state } = await readPassProof(zk, { contract, pass, bucketSize });
  checkBound(identity, pass, commitment);
  tell("circuit", 0);
  const { signal, artifacts: offered } = holding;
  const onProgress = (share: number) => tell("circuit", share);
  const files = await loadArtifacts(prover.artifacts, { url, fetch, offered, signal, onProgress });
  const { zkChainId, fastChainId } = info;
  const season = info.gameLogins[grant.game]?.season ?? 0;
  const scope = ownershipScope({ zkChainId, fastChainId, game: grant.game, season });
  const binding = ownershipBinding(fastChainId, grant);
  const { stateProof } = state;
  const witness = { secret: identity.secret, tokenId: pass, contract, scope, binding, stateProof };
  const { proof, nullifier } = await thread.prove({ ...files, witness }, ({ share }) =>
    tell("proving", share),
  );
  return {
    type: "ownership" as const,
    zkNumber: state.blockNumber,
    stateRoot: state.stateRoot,
    contract,
    season,
    scope: fieldToHash(scope),
    binding: fieldToHash(binding),
    nullifier: fieldToHash(nullifier),
    proof: bytesToHex(proof),
  };
}

/** The session key's signature of this moment. */
async function signNow({ grant, info, signer, clock }: LoginContext) {
  const { fastChainId } = info;
  const issuedAtMs = clock.nowMs();
  const sessionId = sessionIdOf(fastChainId, grant);
  const ticket = { sessionId, game: OWNERSHIP_LOGIN_GAME, issuedAtMs };
  const signature = await signer.sign(joinTicketMessage(fastChainId, ticket));
  return { issuedAtMs, signature: bytesToHex(signature) };
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
