import { type Address, type Hex, hexToBytes } from "@weft/protocol";
import { parseGwei, type TransactionReceipt } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import type { WeftNode } from "../../src/index.ts";

/** Signed outside, by somebody whose key the node doesn't have; resolves when it is in a block, reverted or not. */
export async function sendZk(
  { zkChain, zkChainId, zkClient }: WeftNode,
  from: PrivateKeyAccount,
  call: { to: Address; data: Hex; value?: bigint },
): Promise<TransactionReceipt> {
  const nonce = await zkClient.getTransactionCount({ address: from.address, blockTag: "pending" });
  const fees = { maxFeePerGas: parseGwei("20"), maxPriorityFeePerGas: 1n };
  const raw = await from.signTransaction({
    type: "eip1559",
    chainId: zkChainId,
    ...{ ...call, nonce, gas: 300_000n, ...fees },
  });
  const hash = await zkChain.submit(hexToBytes(raw));
  return zkClient.waitForTransactionReceipt({ hash });
}
