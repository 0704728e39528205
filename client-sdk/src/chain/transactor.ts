import type { Address, Hash, Hex } from "@weft/protocol";
import { type Abi, encodeFunctionData, type TransactionReceipt } from "viem";
import { ClientError } from "../errors.ts";
import { FAST_POLL_MS, ZK_POLL_MS } from "../limits.ts";
import { accountOf, type ChainAccount, walletClientFor } from "./chainAccount.ts";
import type { ChainClients } from "./chainClients.ts";
import { transactionRefused } from "./chainError.ts";
import { createQueue } from "./createQueue.ts";
import { type PollOptions, pollUntil } from "./pollUntil.ts";

/** A call of a contract; the ABI is for the names of errors. */
export type ContractCall = {
  readonly to: Address;
  readonly abi: Abi;
  readonly functionName: string;
  readonly args: readonly unknown[];
  readonly value?: bigint;
};

export type PlainCall = { readonly to: Address; readonly value?: bigint; readonly data?: Hex };

/** Sends one account's transactions. Nonces are taken one after another, so calls may overlap. */
export type Transactor = {
  readonly address: Address;
  /** @throws ClientError TRANSACTION_REFUSED, TRANSACTION_REVERTED, CHAIN_TIMEOUT, ABORTED */
  callZk(call: ContractCall, options?: PollOptions): Promise<TransactionReceipt>;
  /** Resolves when it is on disk. Fees are zero. */
  sendFast(action: string, call: PlainCall, options?: PollOptions): Promise<TransactionReceipt>;
};

export function createTransactor(owner: ChainAccount, clients: ChainClients): Transactor {
  const account = accountOf(owner);
  const zkQueue = createQueue();
  const fastQueue = createQueue();
  const walletClient = async (chain: "zk" | "fast") =>
    walletClientFor(owner, (await clients.chains())[chain]);
  return {
    address: account.address.toLowerCase() as Address,
    async callZk({ to, abi, functionName, args, value }, options = {}) {
      const hash = await zkQueue(async () => {
        try {
          const client = await walletClient("zk");
          const call = {
            address: to,
            abi,
            functionName,
            args,
            ...(value !== undefined && { value }),
          };
          // simulated first: only then does a refusal come with the contract's own error
          await clients.zk.simulateContract({ ...call, account });
          const data = encodeFunctionData({ abi, functionName, args });
          return await client.sendTransaction({ to, data, ...(value !== undefined && { value }) });
        } catch (cause) {
          throw transactionRefused(functionName, cause);
        }
      });
      const ask = () => clients.zk.getTransactionReceipt({ hash });
      return settled(functionName, hash, ask, ZK_POLL_MS, options);
    },
    async sendFast(action, call, options = {}) {
      const hash = await fastQueue(async () => {
        try {
          const client = await walletClient("fast");
          return await client.sendTransaction({ ...call, type: "legacy", gasPrice: 0n });
        } catch (cause) {
          throw transactionRefused(action, cause);
        }
      });
      const ask = () => clients.fast.getTransactionReceipt({ hash });
      return settled(action, hash, ask, FAST_POLL_MS, options);
    },
  };
}

async function settled(
  action: string,
  hash: Hash,
  receipt: () => Promise<TransactionReceipt>,
  everyMs: number,
  options: PollOptions,
): Promise<TransactionReceipt> {
  const details = { action, transactionHash: hash };
  const ask = () => receipt().catch(undefinedIfMissing);
  const found = await pollUntil(ask, `${action}'s transaction`, everyMs, options, details);
  if (found.status === "success") return found;
  throw new ClientError("TRANSACTION_REVERTED", `${action} failed in its block`, { details });
}

function undefinedIfMissing(error: unknown): undefined {
  if ((error as Error).name === "TransactionReceiptNotFoundError") return undefined;
  throw error;
}
