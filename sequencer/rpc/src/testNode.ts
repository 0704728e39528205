import { contractAddresses, deployerAddress } from "@weft/contracts";
import { genesisDeployments } from "@weft/contracts/bytecode";
import { FastChain } from "@weft/fast-chain";
import { createMemoryStore, Ledger } from "@weft/ledger";
import {
  type Address,
  chainId,
  chainNumber,
  type Hex,
  hexToBytes,
  keccak256,
  OWNERSHIP_KEY_BYTES,
  timestampMs,
  ZERO_ADDRESS,
  type ZkGenesis,
} from "@weft/protocol";
import { startZkChain, type ZkChain } from "@weft/zk-chain";
import { createPublicClient, defineChain, http } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type RpcServer, startRpcServer } from "./startRpcServer.ts";

/** For tests: both real chains on one ledger in memory, behind a real server. */
export interface TestNode {
  readonly ledger: Ledger;
  readonly fastChain: FastChain;
  readonly zkChain: ZkChain;
  readonly rpc: RpcServer;
  readonly internalErrors: unknown[];
  stop(): Promise<void>;
}

export const FAST = chainId(84_232);
export const ZK = chainId(84_231);
export const ETHER = 10n ** 18n;

const keys = [1, 2].map((seed) => keccak256(Uint8Array.of(seed)));
const accounts = keys.map((key) => privateKeyToAccount(key));
export const [aliceKey] = keys as [Hex, Hex];
/** Both have 1,000 ZKPoW on the ZK chain, and Alice 5 on the fast chain. Alice owns the contracts. */
export const [alice, bob] = accounts as [PrivateKeyAccount, PrivateKeyAccount];

export const lowerCase = (hex: Hex) => hex.toLowerCase() as Hex;
const portal = lowerCase(contractAddresses.portal);
/** Of who waits for receipts: a block is there within milliseconds. */
const POLL_MS = 20;
const now = () => timestampMs(Date.now());

/** The chain as viem wants it described. */
export function viemChain(id: number, url: string) {
  const nativeCurrency = { name: "ZKPoW", symbol: "ZKPoW", decimals: 18 };
  const rpcUrls = { default: { http: [url] } };
  return defineChain({ id, name: `weft ${id}`, nativeCurrency, rpcUrls });
}

/** A viem client that looks at a chain. */
export const createReader = (id: number, url: string) =>
  createPublicClient({ chain: viemChain(id, url), transport: http(), pollingInterval: POLL_MS });
export type Reader = ReturnType<typeof createReader>;

function genesis(): ZkGenesis {
  return {
    chainId: ZK,
    timestampMs: now(),
    gasLimit: 30_000_000n,
    feeRecipient: ZERO_ADDRESS,
    portal,
    deployer: lowerCase(deployerAddress),
    allocations: accounts.map(({ address }) => ({
      address: lowerCase(address),
      balance: 1000n * ETHER,
    })),
    contracts: genesisDeployments({ owner: alice.address }).map(({ address, creationCode }) => ({
      address: lowerCase(address),
      creationCode: hexToBytes(creationCode),
    })),
  };
}

export async function startTestNode(): Promise<TestNode> {
  const proposer: Address = ZERO_ADDRESS;
  const ledger = new Ledger({ store: createMemoryStore(), chainIds: [FAST, ZK], proposer });
  const zkChain = await startZkChain();
  const producer = produceBlocks(ledger, zkChain);
  await producer.order(await zkChain.buildGenesis(genesis()));
  const fastGenesis = {
    chainId: FAST,
    zkChainId: ZK,
    portal,
    gamePass: ZERO_ADDRESS,
    ownershipKey: new Uint8Array(OWNERSHIP_KEY_BYTES),
    timestampMs: now(),
  };
  const fastChain = new FastChain({ ledger, genesis: fastGenesis });
  await fastChain.submit({
    type: "deposit",
    nonce: 0n,
    asset: ZERO_ADDRESS,
    recipient: lowerCase(alice.address),
    amount: 5n * ETHER,
    zkNumber: chainNumber(0),
  });
  const internalErrors: unknown[] = [];
  const rpc = await startRpcServer({
    port: 0,
    ledger,
    zkChain,
    zkChainId: ZK,
    fastChain,
    onInternalError: (error) => internalErrors.push(error),
  });
  return {
    ledger,
    fastChain,
    zkChain,
    rpc,
    internalErrors,
    async stop() {
      await rpc.stop();
      fastChain.stop();
      await producer.stop();
      await zkChain.stop();
      await ledger.close();
    },
  };
}

/** Makes a ZK block whenever a transaction waits. */
function produceBlocks(ledger: Ledger, zkChain: ZkChain) {
  let last: Promise<unknown> = Promise.resolve();
  let stopped = false;

  async function order({ transactions, stateRoot }: BuiltZkBlock): Promise<void> {
    const { block } = ledger.propose({ chainId: ZK, transactions, stateRoot, timestampMs: now() });
    await zkChain.commit(block.header, block.hash);
  }
  async function produce(): Promise<void> {
    if (stopped) return;
    const built = await zkChain.build({ timestampMs: now(), releases: [] });
    if (built !== undefined) await order(built);
  }
  const unsubscribe = zkChain.onPending(() => {
    last = last.then(produce);
  });
  return {
    order,
    async stop() {
      unsubscribe();
      stopped = true;
      await last;
    },
  };
}

type BuiltZkBlock = Awaited<ReturnType<ZkChain["buildGenesis"]>>;
