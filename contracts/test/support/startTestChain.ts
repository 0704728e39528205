import { setTimeout } from "node:timers/promises";
import {
  type Abi,
  type Address,
  createTestClient,
  encodeDeployData,
  getAddress,
  type Hex,
  http,
  parseEther,
  publicActions,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
  walletActions,
} from "viem";
import { foundry } from "viem/chains";
import { genesisDeployments } from "../../bytecode.ts";
import { type CompiledContract, compileSolidity } from "../../compiler/compileSolidity.ts";
import { deployerAddress, systemAddress } from "../../deployments.ts";
import { startAnvil } from "./startAnvil.ts";

const RECEIPT_POLL_MS = 5;

/** Accounts of the tests. They have no keys: anvil lets any account send. */
export const accounts = {
  owner: getAddress("0x00000000000000000000000000000000000a0001"),
  operator: getAddress("0x00000000000000000000000000000000000a0002"),
  alice: getAddress("0x00000000000000000000000000000000000a0003"),
  bob: getAddress("0x00000000000000000000000000000000000a0004"),
  system: systemAddress,
} as const;

function createClient(url: string) {
  const transport = http(url);
  return createTestClient({ mode: "anvil", chain: foundry, transport, pollingInterval: 5 })
    .extend(publicActions)
    .extend(walletActions);
}

/** A client that can do everything: read, send for any account, and steer the chain. */
export type TestClient = ReturnType<typeof createClient>;

/** A contract of the folder `helpers`, deployed. */
export interface Helper {
  readonly address: Address;
  readonly abi: Abi;
}

/** A chain with Weft's contracts at their fixed addresses. */
export interface TestChain {
  readonly client: TestClient;
  /** Waits for a transaction, and throws unless it succeeded. */
  mined(hash: Promise<Hex>): Promise<TransactionReceipt>;
  /** Deploys a contract of the folder `helpers`. */
  deploy(name: string, args?: readonly unknown[]): Promise<Helper>;
  /** Sends a transaction to one of them. */
  tell(
    helper: Helper,
    functionName: string,
    args?: readonly unknown[],
    from?: Address,
  ): Promise<TransactionReceipt>;
  stop(): Promise<void>;
}

/**
 * Asks until it is there. viem's own waiting asks once a block: who asks between a block and its receipts waits for the
 * next block, which a chain that makes blocks for transactions only never makes.
 */
export async function receiptOf(client: TestClient, hash: Hex): Promise<TransactionReceipt> {
  for (;;) {
    try {
      return await client.getTransactionReceipt({ hash });
    } catch (error) {
      if (!(error instanceof TransactionReceiptNotFoundError)) throw error;
    }
    await setTimeout(RECEIPT_POLL_MS);
  }
}

/** Starts anvil and creates the contracts as the ZK chain's genesis does. */
export async function startTestChain(): Promise<TestChain> {
  const anvil = await startAnvil();
  const client = createClient(anvil.url);

  async function mined(hash: Promise<Hex>): Promise<TransactionReceipt> {
    const receipt = await receiptOf(client, await hash);
    if (receipt.status !== "success") throw new Error(`${receipt.transactionHash} failed`);
    return receipt;
  }

  async function create(from: Address, data: Hex): Promise<Address> {
    const { contractAddress } = await mined(client.sendTransaction({ account: from, data }));
    if (!contractAddress) throw new Error("the transaction created no contract");
    return getAddress(contractAddress);
  }

  try {
    await client.request<{ Method: string; Parameters: [boolean]; ReturnType: null }>({
      method: "anvil_autoImpersonateAccount",
      params: [true],
    });
    for (const address of [...Object.values(accounts), deployerAddress] as const) {
      await client.setBalance({ address, value: parseEther("1000") });
    }
    for (const { creationCode } of genesisDeployments({ owner: accounts.owner })) {
      await create(deployerAddress, creationCode);
    }
  } catch (cause) {
    await anvil.stop();
    throw cause;
  }

  return {
    client,
    mined,
    async deploy(name, args = []) {
      const { abi, creationCode } = compileHelper(name);
      const data = encodeDeployData({ abi, bytecode: creationCode, args });
      return { abi, address: await create(accounts.owner, data) };
    },
    tell: (helper, functionName, args = [], from = accounts.owner) =>
      mined(client.writeContract({ ...helper, functionName, args, account: from })),
    stop: anvil.stop,
  };
}

const helperFiles = ["Accounts", "Currencies", "Intruders", "Tokens"].map(
  (name) => `test/helpers/${name}.sol`,
);
let helpers: Readonly<Record<string, CompiledContract>> | undefined;

function compileHelper(name: string): CompiledContract {
  helpers ??= compileSolidity(helperFiles).contracts;
  const helper = helpers[name];
  if (helper === undefined) throw new Error(`no helper contract ${name}`);
  return helper;
}
