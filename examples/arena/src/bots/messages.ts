import type { LoginProgress } from "@weft/client-sdk";
import type { Address, Finality, Hash } from "@weft/protocol";

/** What the demo asks of a bot, in the order of the story. Each answers once. */
export type BotCommands = {
  /** Makes a wallet and an identity, and gets a pass and ZKPoW from the faucet. */
  setUp(input: { url: string }): Promise<{ address: Address; payout: Address; pass: bigint }>;
  /** Binds the identity to the pass. */
  bind(): Promise<void>;
  /** ZK chain → fast chain. */
  deposit(input: { amountWei: bigint }): Promise<{ ms: number }>;
  /** Proves that the pass is its own, without saying which one it is. */
  login(): Promise<LoginOutcome>;
  join(): Promise<{ room: Address; lane: number }>;
  /** Plays the next round to its report. */
  play(input: { actionsPerSecond: number }): Promise<RoundOutcome>;
  list(input: { tokenId: bigint; priceWei: bigint }): Promise<{ listingId: bigint }>;
  buy(input: { listingId: bigint; priceWei: bigint }): Promise<{ transactionHash: Hash }>;
  /** Fast chain → ZK chain. */
  withdraw(input: { amountWei: bigint }): Promise<{ ms: number }>;
  holdings(): Promise<Holdings>;
  leave(): Promise<void>;
  /** Logs in if that has to be, and plays in a room, round after round, until it leaves; sells what it wins. */
  fly(input: { roomId: string; actionsPerSecond: number }): Promise<void>;
  /** The room that it flies in. */
  where(): Promise<{ roomId: string | undefined }>;
  /** Leaves the room, and keeps its session. */
  land(): Promise<void>;
};

export type LoginOutcome = {
  readonly type: "ownership";
  readonly sessionId: Hash;
  /** From asking for the state's proofs to the session. */
  readonly ms: number;
  /** The part of it that proving took. */
  readonly proveMs: number;
};

export type RoundOutcome = {
  readonly sent: number;
  readonly roundId: Hash;
  readonly minted: readonly { tokenId: bigint; to: Address; item: string }[];
  readonly transactionHash: Hash;
  readonly coSigned: number;
};

export type Holdings = { readonly zkWei: bigint; readonly fastWei: bigint; readonly items: number };

export type BotCommand = keyof BotCommands;

/** Demo → bot. */
export type BotRequest = {
  readonly id: number;
  readonly command: BotCommand;
  readonly input: unknown;
};

/** Bot → demo. */
export type BotMessage =
  | { readonly type: "result"; readonly id: number; readonly value: unknown }
  | { readonly type: "error"; readonly id: number; readonly error: BotFailure }
  | { readonly type: "login"; readonly progress: LoginProgress }
  | { readonly type: "finality"; readonly sent: number; readonly finality: Finality };

export type BotFailure = {
  readonly code: string;
  readonly message: string;
  readonly stack: string;
};
