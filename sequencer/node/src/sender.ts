import {
  contractAddresses,
  gameItemsAbi,
  gamePassAbi,
  marketAbi,
  portalAbi,
  roundReportsAbi,
} from "@weft/contracts";
import type { Address, Hash, Hex } from "@weft/protocol";
import { hexToBytes } from "@weft/protocol";
import type { ZkChain } from "@weft/zk-chain";
import { BaseError, decodeErrorResult, type PublicClient, type TransactionReceipt } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { NodeError } from "./errors.ts";
import { lowerAddress } from "./genesis.ts";
import type { Sender } from "./types.ts";

/** How long a transaction may take into a block. */
const OPERATOR_TIMEOUT_MS = 30_000;
/** Calls that may wait for their turn. */
const MAX_WAITING_CALLS = 1024;

const knownErrors = [gameItemsAbi, gamePassAbi, marketAbi, portalAbi, roundReportsAbi].flat();

type Call = { to?: Address; data?: Hex; value?: bigint };

export type SenderOptions = {
  readonly account: PrivateKeyAccount;
  readonly zkChain: ZkChain;
  readonly zkClient: PublicClient;
  readonly chainId: number;
};

/**
 * One account, one nonce after another: calls are signed in the order in which they come. So an account that
 * two of them share would stand in its own way.
 */
export function createSender(options: SenderOptions): Sender {
  const { account, zkClient } = options;
  let tail: Promise<unknown> = Promise.resolve();
  let waiting = 0;
  /** Submits in turn, so that nonces don't collide; waiting for the receipt is nobody else's time. */
  async function submitInTurn(call: Call): Promise<Hash> {
    if (waiting >= MAX_WAITING_CALLS) {
      throw new NodeError("OPERATOR_TIMEOUT", `${MAX_WAITING_CALLS} calls wait already`);
    }
    waiting++;
    const turn = tail.then(() => submit(options, call));
    tail = turn.catch(() => {});
    return turn.finally(() => {
      waiting--;
    });
  }
  return {
    address: lowerAddress(account.address),
    async send(call) {
      const hash = await submitInTurn(call);
      await committed(options.zkChain, hash);
      const receipt = await zkClient.getTransactionReceipt({ hash });
      if (receipt.status === "reverted") throw await revertReason(options, call, receipt);
      return receipt;
    },
  };
}

async function submit(options: SenderOptions, call: Call): Promise<Hash> {
  const { account, zkClient, zkChain, chainId } = options;
  const [gas, nonce, fees] = await Promise.all([
    estimate(zkClient, account.address, call),
    zkClient.getTransactionCount({ address: account.address, blockTag: "pending" }),
    zkClient.estimateFeesPerGas(),
  ]);
  const { maxFeePerGas, maxPriorityFeePerGas } = fees;
  const raw = await account.signTransaction({
    ...call,
    type: "eip1559",
    chainId,
    nonce,
    // A little more than estimated: state may change before the transaction's turn comes.
    gas: (gas * 12n) / 10n,
    maxFeePerGas,
    maxPriorityFeePerGas,
  });
  return zkChain.submit(hexToBytes(raw));
}

async function estimate(client: PublicClient, from: Address, call: Call): Promise<bigint> {
  try {
    return await client.estimateGas({ account: from, ...call });
  } catch (error) {
    throw toRevertError(call, error);
  }
}

/** Resolves when a block with the transaction is committed. */
async function committed(zkChain: ZkChain, hash: Hash): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const stops = [
    zkChain.onCommitted(({ transactionHashes }) => {
      if (transactionHashes.includes(hash)) resolve();
    }),
    zkChain.onStopped(reject),
  ];
  const timer = setTimeout(() => {
    reject(
      new NodeError(
        "OPERATOR_TIMEOUT",
        `${hash} isn't in a block after ${OPERATOR_TIMEOUT_MS} ms`,
        {
          details: { hash, timeoutMs: OPERATOR_TIMEOUT_MS },
        },
      ),
    );
  }, OPERATOR_TIMEOUT_MS);
  try {
    // It may have been committed before anyone listened.
    if ((await zkChain.receipt(hash)) !== undefined) return;
    await promise;
  } finally {
    clearTimeout(timer);
    for (const stop of stops) stop();
  }
}

/** Runs the call once more as of its block, to learn what it reverted with. */
async function revertReason(options: SenderOptions, call: Call, receipt: TransactionReceipt) {
  const { account, zkClient } = options;
  try {
    await zkClient.call({ account: account.address, ...call, blockNumber: receipt.blockNumber });
  } catch (error) {
    return toRevertError(call, error);
  }
  return new NodeError("OPERATOR_REVERTED", `${receipt.transactionHash} reverted`, {
    details: { to: call.to, transactionHash: receipt.transactionHash },
  });
}

function toRevertError(call: Call, cause: unknown): NodeError {
  const contract = Object.entries(contractAddresses).find(([, at]) => lowerAddress(at) === call.to);
  const data = revertData(cause);
  if (data === undefined) {
    return new NodeError("OPERATOR_REVERTED", `a call of ${contract?.[0] ?? call.to} failed`, {
      cause,
    });
  }
  const { errorName, args } = decodeRevert(data);
  return new NodeError("OPERATOR_REVERTED", `${contract?.[0] ?? call.to} refused: ${errorName}`, {
    details: { to: call.to, errorName, args, data },
    cause,
  });
}

function decodeRevert(data: Hex): { errorName: string; args?: unknown } {
  try {
    return decodeErrorResult({ abi: knownErrors, data });
  } catch {
    return { errorName: "unknown" };
  }
}

/** What `revert` gave, wherever in viem's chain of causes it is. */
function revertData(error: unknown): Hex | undefined {
  if (!(error instanceof BaseError)) return undefined;
  const holder = error.walk((one) => typeof (one as { data?: unknown }).data === "string");
  return (holder as { data?: Hex } | null)?.data;
}
