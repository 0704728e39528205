import type { Address, Hash } from "@weft/protocol";
import type { Step } from "./steps.ts";

/** What the demo says at the end. Other tools rely on these keys: add to them, don't rename them. */
export type Summary = {
  readonly ok: true;
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
  /** How the players logged in: each with a proof of its own, all at once. */
  readonly logins: {
    readonly type: "ownership";
    /** The longest that a proof took. */
    readonly proveMs: number;
    readonly players: readonly {
      readonly name: string;
      /** From asking for the state's proofs to the session. */
      readonly ms: number;
      readonly proveMs: number;
    }[];
  };
  /** Actions of the round in the ledger, and how many of them are sealed. */
  readonly actions: number;
  readonly sealed: number;
  readonly ledger: {
    readonly height: number;
    readonly fastBlocks: number;
    readonly zkBlocks: number;
    readonly switches: number;
  };
  readonly round: {
    readonly id: Hash;
    readonly cap: number;
    /** Players who co-signed the report. */
    readonly coSigned: number;
    readonly minted: readonly {
      readonly tokenId: string;
      readonly to: Address;
      readonly item: string;
      readonly player: string;
    }[];
  };
  readonly sale: {
    readonly tokenId: string;
    readonly priceWei: string;
    readonly seller: Address;
    readonly buyer: Address;
  };
  readonly crossings: { readonly toFastMs: number; readonly toZkMs: number };
  readonly replay: { readonly rootsEqual: boolean; readonly heights: number; readonly ms: number };
  readonly players: readonly {
    readonly name: string;
    /** Of the wallet that holds the pass. */
    readonly address: Address;
    /** Where the prizes go: an account of the player's identity. */
    readonly payout: Address;
    readonly pass: string;
    /** Of both accounts together, as is all that follows. */
    readonly zkWei: string;
    readonly fastWei: string;
    readonly items: number;
  }[];
  readonly addresses: {
    readonly game: string;
    readonly zkRpc: string;
    readonly fastRpc: string;
    readonly explorer: string;
    readonly zkChainId: number;
    readonly fastChainId: number;
  };
};

export type FailedSummary = {
  readonly ok: false;
  readonly failed: { readonly step: string; readonly code: string; readonly message: string };
  readonly steps: Summary["steps"];
};

export const stepTimes = (steps: readonly Step[]): Summary["steps"] =>
  steps.map(({ name, ms }) => ({ name, ms }));
