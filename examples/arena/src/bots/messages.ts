import type { Address, Finality, Hash } from "@weft/protocol";

/** What the demo asks of a bot, in the order of the story. Each answers once. */
export type BotCommands = {
  /** Makes a wallet and gets a pass and ZKPoW from the faucet. */
  setUp(input: { url: string }): Promise<{ address: Address; pass: bigint }>;
  /** ZK chain → fast chain. */
  deposit(input: { amountWei: bigint }): Promise<{ ms: number }>;
  login(): Promise<{ sessionId: Hash }>;
  join(): Promise<{ room: Address; lane: number }>;
  /** Plays the next round to its report. */
  play(input: { actionsPerSecond: number }): Promise<RoundOutcome>;
  list(input: { tokenId: bigint; priceWei: bigint }): Promise<{ listingId: bigint }>;
  buy(input: { listingId: bigint; priceWei: bigint }): Promise<{ transactionHash: Hash }>;
  /** Fast chain → ZK chain. */
  withdraw(input: { amountWei: bigint }): Promise<{ ms: number }>;
  holdings(): Promise<Holdings>;
  leave(): Promise<void>;
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
  | { readonly type: "finality"; readonly sent: number; readonly finality: Finality };

export type BotFailure = {
  readonly code: string;
  readonly message: string;
  readonly stack: string;
};
