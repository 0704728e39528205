import type { Address, ChainId, TimestampMs } from "@weft/protocol";
import { ZERO_ADDRESS } from "@weft/protocol";

export const FAST_CHAIN = 5701 as ChainId;
export const ZK_CHAIN = 5700 as ChainId;
export const PORTAL: Address = `0x${"9a".repeat(20)}`;
export const GAME_PASS: Address = `0x${"6a".repeat(20)}`;
export const PROPOSER: Address = `0x${"0e".repeat(20)}`;
/** ZKPoW, and another token. */
export const ASSETS: readonly Address[] = [ZERO_ADDRESS, `0x${"7c".repeat(20)}`];
/** When every simulation begins, by the wall clock. */
export const T0 = 1_790_000_000_000 as TimestampMs;
/** What a wallet has of each asset at first, on the ZK chain. */
export const ALLOWANCE = 1_000_000n;
