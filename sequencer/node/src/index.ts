export { NodeError, type NodeErrorCode } from "./errors.ts";
export type { FollowProgress, RetryDelays } from "./follow/followSource.ts";
export { type Follower, type FollowerOptions, startFollower } from "./follow/startFollower.ts";
export { lowerAddress } from "./genesis.ts";
export { createConsoleLogger, type LogLevel, silentLogger } from "./logger.ts";
export {
  type LoopBlock,
  type LoopWatch,
  type LoopWatchOptions,
  watchLoop,
} from "./loop/watchLoop.ts";
export { DEFAULT_FAST_CHAIN_ID, DEFAULT_RPC_PORT, DEFAULT_ZK_CHAIN_ID } from "./options.ts";
export { startNode } from "./startNode.ts";
export type { Logger, NodeOptions, Sender, WeftNode } from "./types.ts";
export { type ChainIds, readChainIds } from "./verify/chainIds.ts";
export { faultOf, type LedgerFault } from "./verify/fault.ts";
export {
  type VerifyOptions,
  type VerifyProgress,
  type VerifyResult,
  verifyLedger,
} from "./verifyLedger.ts";
