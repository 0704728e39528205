import type { ChainId, TimestampMs } from "./brand.ts";
import { type Address, type Hash, hexToBytes } from "./bytes.ts";
import {
  address,
  bigUint,
  bytes,
  type Codec,
  encodeToBytes,
  fixedBytes,
  fixedHex,
  hash,
  record,
  text,
  uint,
  variant,
} from "./codec.ts";
import { keccak256 } from "./hash.ts";
import { GROTH16_PROOF_BYTES, MAX_LOGIN_BYTES, MAX_NAME_BYTES, MAX_SEASON } from "./limits.ts";

/** Raw P-256 public key: x ‖ y, 64 bytes. */
export type SessionKey = `0x${string}`;

/** What a login asks for. The login proof binds every field. */
export type SessionGrant = {
  readonly sessionKey: SessionKey;
  /** Name of the game that it is for. */
  readonly game: string;
  /** Where prizes go, on the ZK chain. */
  readonly payout: Address;
  readonly expiresAtMs: TimestampMs;
};

/** An EIP-4361 message that names the grant and the pass, signed by the pass's owner. */
export type WalletProof = {
  readonly type: "wallet";
  readonly message: string;
  /** secp256k1, r ‖ s ‖ v, 65 bytes. */
  readonly signature: Uint8Array;
  readonly owner: Address;
  readonly pass: bigint;
};

/**
 * A zero-knowledge proof that the grant's maker knows the secret behind a pass, under a root of the ZK chain's
 * state. The other public inputs follow from the grant and the chain, see `ownership.ts`.
 */
export type OwnershipProof = {
  readonly type: "ownership";
  readonly stateRoot: Hash;
  /** The game's season, a part of the proof's scope. */
  readonly season: number;
  /** Stands for the pass within the scope. */
  readonly nullifier: Hash;
  /** Groth16, `GROTH16_PROOF_BYTES`. */
  readonly proof: Uint8Array;
};

/** Proof that the grant's maker owns a pass. */
export type LoginProof = WalletProof | OwnershipProof;

export const sessionGrantCodec: Codec<SessionGrant> = record<SessionGrant>({
  sessionKey: fixedHex(64),
  game: text(MAX_NAME_BYTES),
  payout: address,
  expiresAtMs: uint(),
});

export const loginProofCodec: Codec<LoginProof> = variant({
  wallet: {
    tag: 1,
    codec: record<Omit<WalletProof, "type">>({
      message: text(MAX_LOGIN_BYTES),
      signature: bytes(65),
      owner: address,
      pass: bigUint(64),
    }),
  },
  ownership: {
    tag: 2,
    codec: record<Omit<OwnershipProof, "type">>({
      stateRoot: hash,
      season: uint(MAX_SEASON),
      nullifier: hash,
      proof: fixedBytes(GROTH16_PROOF_BYTES),
    }),
  },
});

const sessionIdCodec = record<{ domain: string; chainId: ChainId; grant: SessionGrant }>({
  domain: text(32),
  chainId: uint(),
  grant: sessionGrantCodec,
});

/** A session's id: public, and fixed by what was granted. The secret is the session key. */
export function sessionIdOf(chainId: ChainId, grant: SessionGrant): Hash {
  return keccak256(
    encodeToBytes(sessionIdCodec, { domain: "weft session", chainId, grant }, "session"),
  );
}

/** A player's signed wish to enter a room of a game. */
export type JoinTicket = {
  readonly sessionId: Hash;
  readonly game: string;
  /** Good for a short while after this. Each ticket of a session is later than the one before it. */
  readonly issuedAtMs: TimestampMs;
};

const joinTicketCodec = record<JoinTicket & { domain: string; chainId: ChainId }>({
  domain: text(32),
  chainId: uint(),
  sessionId: fixedHex(32),
  game: text(MAX_NAME_BYTES),
  issuedAtMs: uint(),
});

/** What the session key signs to join. */
export function joinTicketMessage(chainId: ChainId, ticket: JoinTicket): Uint8Array {
  return encodeToBytes(joinTicketCodec, { domain: "weft join", chainId, ...ticket }, "ticket");
}

/**
 * A logout is signed as a join ticket for the game of this name, which none has: so that one can't pass
 * for the other.
 */
export const LOGOUT_GAME = "";

/** A login by ownership proof is signed by its session key as a join ticket for the game of this name, which none has. */
export const OWNERSHIP_LOGIN_GAME = " login";

/** Raw 64-byte key as WebCrypto's and OpenSSL's uncompressed point: 0x04 ‖ x ‖ y. */
export function sessionKeyToPoint(key: SessionKey): Uint8Array {
  const point = new Uint8Array(65);
  point[0] = 4;
  point.set(hexToBytes(key), 1);
  return point;
}
