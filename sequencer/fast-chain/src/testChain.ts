import { createMemoryStore, Ledger } from "@weft/ledger";
import {
  type Address,
  type ChainId,
  type ChainNumber,
  encodeFrame,
  type FastGenesis,
  type Hash,
  type JoinTicket,
  joinTicketMessage,
  keccak256,
  type OpenSession,
  type Release,
  type SessionGrant,
  sealMessage,
  sessionIdOf,
  timestampMs,
  utf8ToBytes,
  type Value,
  type WalletProof,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { testSessionKey } from "@weft/protocol/testing/node";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { FastChain, type FastChainOptions } from "./fastChain.ts";
import { createTrapdoor, type Trapdoor } from "./groth16/trapdoor.ts";
import { testLogin } from "./testLogin.ts";
import type { RoomJournal } from "./types.ts";

/** A fast chain in memory, and players who use it as a client would: for tests. */

export const FAST = 5701 as ChainId;
export const ZK = 5700 as ChainId;
export const PORTAL: Address = `0x${"9a".repeat(20)}`;
export const GAME_PASS: Address = `0x${"6a".repeat(20)}`;
const GAME = "tag";
const GAME_HASH = keccak256(utf8ToBytes(GAME));
const T0 = 1_700_000_000_000;

let made: Trapdoor | undefined;
/** Proves whatever a test wants to have proven, under the test chains' key. */
export function trapdoor(): Trapdoor {
  made ??= createTrapdoor(5);
  return made;
}

export type TestChain = {
  readonly ledger: Ledger;
  readonly chain: FastChain;
  readonly releases: Release[];
  /** Moves the clock. */
  advance(ms: number): void;
  nowMs(): number;
};

export function createTestChain(
  existing?: Ledger,
  options: Pick<
    FastChainOptions,
    "checks" | "snapshots" | "releasesFrom" | "nowMs" | "after" | "rootSliceBytes"
  > = {},
): TestChain {
  const chainIds = [FAST, ZK];
  const ledger =
    existing ?? new Ledger({ store: createMemoryStore(), chainIds, proposer: ZERO_ADDRESS });
  let nowMs = T0;
  const releases: Release[] = [];
  const genesis: FastGenesis = {
    chainId: FAST,
    zkChainId: ZK,
    portal: PORTAL,
    gamePass: GAME_PASS,
    ownershipKey: trapdoor().key,
    timestampMs: timestampMs(T0),
  };
  const chain = new FastChain({
    ledger,
    genesis,
    nowMs: () => timestampMs(nowMs),
    onReleases: (more) => releases.push(...more),
    ...options,
  });
  const advance = (ms: number) => {
    nowMs += ms;
  };
  return { ledger, chain, releases, advance, nowMs: () => nowMs };
}

type WalletOpen = OpenSession & { readonly login: WalletProof };

export type TestPlayer = {
  readonly wallet: PrivateKeyAccount;
  readonly address: Address;
  readonly grant: SessionGrant;
  readonly sessionId: Hash;
  sign(message: Uint8Array): Uint8Array;
  open(changes?: Partial<SessionGrant>): Promise<WalletOpen>;
  ticket(issuedAtMs: number): { ticket: JoinTicket; signature: Uint8Array };
};

export function createPlayer(index: number): TestPlayer {
  const wallet = privateKeyToAccount(keccak256(utf8ToBytes(`player ${index}`)));
  const { sessionKey, sign } = testSessionKey();
  const grant: SessionGrant = {
    sessionKey,
    game: GAME,
    payout: wallet.address.toLowerCase() as Address,
    expiresAtMs: timestampMs(T0 + 3_600_000),
  };
  const sessionId = sessionIdOf(FAST, grant);
  return {
    wallet,
    address: grant.payout,
    grant,
    sessionId,
    sign,
    async open(changes = {}) {
      const changed = { ...grant, ...changes };
      const login = await testLogin(wallet, changed, BigInt(index), ZK);
      return { grant: changed, login, zkNumber: 1 as ChainNumber };
    },
    ticket(issuedAtMs) {
      const ticket = { sessionId, game: GAME, issuedAtMs: timestampMs(issuedAtMs) };
      return { ticket, signature: sign(joinTicketMessage(FAST, ticket)) };
    },
  };
}

export const ROOM: Address = `0x${"50".repeat(20)}`;

export function createTestRoom({ chain }: TestChain, room: Address = ROOM): RoomJournal {
  return chain.createRoom({ room, name: "the room", game: GAME, gameHash: GAME_HASH });
}

/** Opens the player's session and takes them into the room. @returns the lane's number. */
export async function joinRoom(
  { chain, nowMs }: TestChain,
  journal: RoomJournal,
  player: TestPlayer,
): Promise<number> {
  if (chain.session(player.sessionId) === undefined) {
    await chain.submit({ type: "openSession", ...(await player.open()) });
  }
  const { ticket, signature } = player.ticket(nowMs());
  const lane = journal.record.lanes.length;
  const { sessionId, issuedAtMs } = ticket;
  journal.append({ type: "join", lane, sessionId, issuedAtMs, signature });
  return lane;
}

export function act(journal: RoomJournal, lane: number, input: Value): void {
  const seq = (journal.record.lanes[lane]?.head.seq ?? 0) + 1;
  journal.append({ type: "frame", lane, frame: encodeFrame({ seq, action: "move", input }) });
}

export function seal(journal: RoomJournal, lane: number, player: TestPlayer): void {
  const head = journal.record.lanes[lane]?.head ?? { seq: 0, hash: "0x" };
  const signature = player.sign(sealMessage(head));
  journal.append({ type: "seal", lane, seq: head.seq, signature });
}
