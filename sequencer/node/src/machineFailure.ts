import { ZkChainError, type ZkChainErrorCode } from "@weft/zk-chain";

const codes: ReadonlySet<ZkChainErrorCode> = new Set<ZkChainErrorCode>([
  "STORE_FAILED",
  "STORE_CONFLICT",
  "STORE_CORRUPT",
  "CLOSED",
  "OVERLOADED",
  "WORKER_STOPPED",
]);

/** Whether the ZK chain didn't execute a block for the machine's sake: that says nothing of the block. */
export function isMachineFailure(error: unknown): boolean {
  return error instanceof ZkChainError && codes.has(error.code);
}
