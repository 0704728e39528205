import { encodeZkTransaction, hashTransaction, type Release, SYSTEM_ADDRESS } from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import { MAX_RELEASES_PER_BLOCK, RELEASE_GAS } from "../limits.ts";
import { encodeRelease } from "./abi.ts";
import type { BlockRun } from "./blockRun.ts";
import { LEDGER_TRANSACTION_TYPE, toLogs } from "./receipts.ts";
import { runSystemMessage } from "./systemMessage.ts";

/**
 * Pays out what left the fast chain. Where the portal refuses, the receipt says so and the block goes
 * on: the ledger has ordered the withdrawal already, and nobody may stop the chain with one.
 */
export async function executeRelease(run: BlockRun, release: Release): Promise<void> {
  const { portal } = run.rules.genesis;
  const raw = encodeZkTransaction({ type: "release", ...release });
  run.addTransaction(raw);
  const { execResult } = await runSystemMessage(run.vm, run.evmBlock, {
    from: SYSTEM_ADDRESS,
    to: portal,
    data: encodeRelease(release),
    gas: RELEASE_GAS,
  });
  const isSuccess = execResult.exceptionError === undefined;
  const receipt = {
    transactionHash: hashTransaction(raw),
    type: LEDGER_TRANSACTION_TYPE,
    from: SYSTEM_ADDRESS,
    to: portal,
    status: isSuccess ? "success" : "reverted",
    gasUsed: execResult.executionGasUsed,
    effectiveGasPrice: 0n,
    logs: toLogs(isSuccess ? (execResult.logs ?? []) : [], run.logCount),
  } as const;
  await run.addReceipt(receipt, 0n);
}

/**
 * Releases are paid in the order of the fast chain's withdrawals, each once.
 * @throws ZkChainError RELEASES_INVALID
 */
export function checkReleases(releases: readonly Release[], firstNonce: bigint): void {
  if (releases.length > MAX_RELEASES_PER_BLOCK) {
    throw new ZkChainError(
      "RELEASES_INVALID",
      `${releases.length} releases, at most ${MAX_RELEASES_PER_BLOCK} allowed`,
    );
  }
  releases.forEach(({ nonce }, index) => {
    const expected = firstNonce + BigInt(index);
    if (nonce !== expected) {
      throw new ZkChainError("RELEASES_INVALID", `release ${nonce} in place of ${expected}`, {
        details: { nonce, expected },
      });
    }
  });
}
