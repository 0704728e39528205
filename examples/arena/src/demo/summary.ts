import type { Address, Hash } from "@weft/protocol";
import type { Step } from "./steps.ts";

/** What the demo says at the end. Other tools rely on these keys: add to them, don't rename them. */
export type Summary = {
  readonly ok: true;
  readonly steps: readonly { readonly name: string; readonly ms: number }[];
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
    readonly address: Address;
    readonly pass: string;
    readonly zkWei: string;
    readonly fastWei: string;
    readonly items: number;
  }[];
  readonly addresses: {
    readonly game: string;
    readonly zkRpc: string;
    readonly fastRpc: string;
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
