import type { ChainId, ChainNumber, LedgerHeight, TimestampMs } from "./brand.ts";
import type { Address, Hash, Hex } from "./bytes.ts";
import type { LaneHead } from "./lane.ts";
import type { JoinTicket } from "./session.ts";

/**
 * What a client and a game server say to each other beside Colyseus's own protocol. Hexadecimal
 * where JSON carries it; amounts as decimal strings.
 */

/**
 * Names of Colyseus messages. Where a codec is named they are its bytes, the rest is msgpack. They are short, since they go with
 * every action; and Colyseus looks handlers up by a prefix and the name, which V8 joins at once below 13 characters, and else
 * makes a string that is flattened and hashed at each message (0.44 µs instead of 0.31).
 */
export const Message = {
  /** client → server: one frame's canonical bytes. */
  frame: "w:frame",
  /** client → server: `encodeSeal`. */
  seal: "w:seal",
  /** server → client: `Welcome`, after joining and after every reconnection. */
  welcome: "w:welcome",
  /** server → client: `FinalityMessage` */
  finality: "w:finality",
  /** server → client: `Refusal` */
  refusal: "w:refusal",
  /** server → client: `SealRequest`: seal now, the round's report waits for it. */
  sealRequest: "w:sealRequest",
  /** server → client: `encodeCoSignRequest`: sign the round's report, if it is right. */
  coSignRequest: "w:coSignRequest",
  /** client → server: `encodeCoSignature`. */
  coSignature: "w:coSignature",
  /** server → client: `RoundNews` */
  round: "w:round",
  /** client → server: no bytes. From now on, on this connection, every patch is to have a stamp. */
  wantStamps: "w:wantStamps",
  /** server → client: `StateStamp`, ahead of every patch of the state, if wanted. */
  stamp: "w:stamp",
  /** server → client: `ComeBack`, before a server that will be back closes the connection. */
  comeBack: "w:comeBack",
  /** server → client: `Moved`, before a room that goes on as another one closes the connection. */
  moved: "w:moved",
} as const;

export type Welcome = {
  readonly chainId: ChainId;
  readonly room: Address;
  readonly lane: number;
  /** The newest frame that the server has: a client sends again what comes after it. */
  readonly head: LaneHead;
  /** Frames up to this number are sealed. After a crash it may be less than was told before. */
  readonly sealed: number;
  /** How long the place is kept when the connection is lost, in ms. */
  readonly keptForMs: number;
};

/** The server stops for a while, and the room with it. The place is kept: resume it then. */
export type ComeBack = { readonly retryAfterMs: number };

/**
 * The room has ended, and another one, of the same game's changed program, is there for its players. The place there is a new
 * one: join it as any room. Only development servers say so.
 */
export type Moved = { readonly roomId: string };

/** How far a lane's frames have got. A player's own actions up to `applied` and `sequenced`. */
export type Finality = {
  /** The room ran frames up to this number. */
  readonly applied: number;
  /** Frames up to this number are in a block that is on disk … */
  readonly sequenced: number;
  /** … and this is the newest such block. */
  readonly height: LedgerHeight;
  /** Frames up to this number are sealed. */
  readonly sealed: number;
};

/** `Finality` as it is sent: a list, since it comes with nearly every patch. */
export type FinalityMessage = readonly [
  applied: Finality["applied"],
  sequenced: Finality["sequenced"],
  height: Finality["height"],
  sealed: Finality["sealed"],
];

export function finalityOf([applied, sequenced, height, sealed]: FinalityMessage): Finality {
  return { applied, sequenced, height, sealed };
}

/**
 * What the state is like after the patch that follows, or is already when none follows: where a client that predicts
 * goes on from. A list, since it comes with every patch.
 */
export type StateStamp = readonly [
  /** Ticks so far. */
  tick: number,
  /** The room's clock at the newest of them, in ms since the Unix epoch. */
  tickMs: number,
  /** Ms that have passed since. */
  sinceTickMs: number,
  /** The room ran this player's frames up to this number … */
  applied: number,
  /** … of which the newest came so many ms ago. */
  sinceFrameMs: number,
  /** Ticks that the open round still has; null without one. */
  ticksLeft: number | null,
];

/** Something of the client's was refused; nothing else changed. */
export type Refusal = {
  readonly code: string;
  readonly message: string;
  /** The frame's number, where it is about one. */
  readonly seq?: number;
  /** The number of the frame that the server expects next. */
  readonly expected?: number;
};

/** The round is over. */
export type SealRequest = {
  readonly roundId: Hash;
  /** The player's lane at the round's end: what comes after it doesn't count. */
  readonly head: LaneHead;
};

export type RoundNews =
  | {
      readonly phase: "opened";
      readonly roundId: Hash;
      readonly cap: number;
      readonly deadlineMs: TimestampMs;
    }
  | {
      readonly phase: "reported";
      readonly roundId: Hash;
      /** Canonical value, see `decodeValue`. */
      readonly results: Uint8Array;
      readonly minted: readonly { tokenId: string; to: Address; item: string }[];
      /** The report's transaction on the ZK chain. */
      readonly transactionHash: Hash;
      /** How many of the round's players have co-signed the report. */
      readonly coSigned: number;
      /** Prizes of the report that could not be minted: without a quorum, or over the game's day. */
      readonly withheld: number;
    }
  | { readonly phase: "void"; readonly roundId: Hash; readonly code: string };

/** Colyseus's join options for a Weft room, under the key `weft`. */
export type JoinOptions = {
  readonly ticket: JoinTicket;
  readonly signature: Hex;
  /** The lane that the session has in the room already, to go on with it over this connection. */
  readonly resume?: number;
};

export type LoginType = LoginRequest["login"]["type"];

export type GameLogins = {
  /** Each a `LoginType`, unless the server is newer than this. */
  readonly logins: readonly string[];
  /** Part of the scope of ownership proofs. */
  readonly season: number;
};

/** One of the files that a prover needs. */
export type ArtifactInfo = {
  /** 64 hexadecimal digits, without a prefix. */
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Where the server has it, from its own URL on: `/weft/circuits/<sha256>.<wasm or zkey>`. */
  readonly path: string;
};

export type OwnershipInfo = {
  /** GamePass on the ZK chain. */
  readonly contract: Address;
  /** Missing where the server gives none, since its node has a key of its own. */
  readonly artifacts?: { readonly wasm: ArtifactInfo; readonly zkey: ArtifactInfo } | undefined;
};

/** `GET /weft` */
export type ServerInfo = {
  readonly version: string;
  readonly fastChainId: ChainId;
  readonly zkChainId: ChainId;
  readonly fastRpcUrl: string;
  readonly zkRpcUrl: string;
  readonly games: readonly string[];
  /** Logins that games take. */
  readonly logins: readonly string[];
  /** Which ones each game takes, by its name. */
  readonly gameLogins: Readonly<Record<string, GameLogins>>;
  /** What a login by ownership proof takes; missing where no game does. */
  readonly ownership?: OwnershipInfo | undefined;
  /** Whether `POST /weft/faucet` gives away a pass and ZKPoW: development only. */
  readonly faucet: boolean;
  /** The server's clock: a client with a wrong one corrects its tickets and expiries by it. */
  readonly nowMs: TimestampMs;
};

/** `POST /weft/login/challenge` → a nonce for one EIP-4361 message, for the domain the server goes by. */
export type LoginChallenge = { readonly nonce: string; readonly expiresAtMs: TimestampMs };

/** `POST /weft/login` */
export type LoginRequest = {
  readonly grant: {
    readonly sessionKey: Hex;
    readonly game: string;
    readonly payout: Address;
    readonly expiresAtMs: TimestampMs;
  };
  readonly login: WalletLoginRequest | OwnershipLoginRequest;
};

export type WalletLoginRequest = {
  readonly type: "wallet";
  readonly message: string;
  readonly signature: Hex;
  readonly owner: Address;
  /** Decimal. */
  readonly pass: string;
};

/**
 * The circuit's public inputs are 32 bytes, big-endian. The server knows what contract, scope and binding have to
 * be; that they are stated tells a proof that was made for something else from one that is wrong.
 */
export type OwnershipLoginRequest = {
  readonly type: "ownership";
  /** The ZK block after which the state root stood. */
  readonly zkNumber: ChainNumber;
  readonly stateRoot: Hash;
  readonly contract: Address;
  readonly season: number;
  /** `ownershipScope` */
  readonly scope: Hash;
  /** `ownershipBinding` */
  readonly binding: Hash;
  readonly nullifier: Hash;
  /** `GROTH16_PROOF_BYTES` */
  readonly proof: Hex;
  /** When it was signed: good for a short while after this. */
  readonly issuedAtMs: TimestampMs;
  /** By the session key, as a join ticket for `OWNERSHIP_LOGIN_GAME`. */
  readonly signature: Hex;
};

export type LoginResponse = {
  readonly sessionId: Hash;
  /** Block that holds the login. */
  readonly height: LedgerHeight;
};

/** `POST /weft/logout`; signed like a join ticket for `LOGOUT_GAME`. */
export type LogoutRequest = {
  readonly sessionId: Hash;
  readonly issuedAtMs: TimestampMs;
  readonly signature: Hex;
};

/** `POST /weft/faucet` with `{ address }` */
export type FaucetResponse = { readonly pass: string; readonly amountWei: string };

/** Body of every answer that isn't 2xx. */
export type ErrorResponse = { readonly error: { readonly code: string; readonly message: string } };

/** What the EIP-4361 message must say for a wallet login; both ends derive it from the grant. */
export function loginResources(grant: LoginRequest["grant"], pass: bigint): readonly string[] {
  return [
    `weft:game:${encodeURIComponent(grant.game)}`,
    `weft:pass:${pass}`,
    `weft:session-key:${grant.sessionKey}`,
    `weft:payout:${grant.payout}`,
    `weft:expires:${grant.expiresAtMs}`,
  ];
}
