import { contractAddresses } from "@weft/contracts";
import { createExplorerPages } from "@weft/explorer";
import {
  type Checks,
  checkDecodedFrame,
  type FastChain,
  LoginProofs,
  SealVerifier,
} from "@weft/fast-chain";
import type { Ledger } from "@weft/ledger";
import {
  type Deposit,
  type Hash,
  hexToBytes,
  type Release,
  type TimestampMs,
  timestampMs,
} from "@weft/protocol";
import { type RpcServer, startRpcServer } from "@weft/rpc";
import type { ZkChain } from "@weft/zk-chain";
import { createPublicClient, custom, defineChain, type PublicClient } from "viem";
import type { PrivateKeyAccount } from "viem/accounts";
import { bringUpFastChain, bringUpZkChain, openLedger, openZkChain } from "./bringUp.ts";
import { fastGenesisOf, type GenesisOptions, lowerAddress, zkGenesisOf } from "./genesis.ts";
import { keepGarbageYoung } from "./keepGarbageYoung.ts";
import { warnOfBlocks } from "./loop/warnOfBlocks.ts";
import { type NodeSettings, resolveOptions } from "./options.ts";
import { findOwner, genesisOwner } from "./owner.ts";
import { findOwnershipKey } from "./ownershipKey.ts";
import { createSender } from "./sender.ts";
import { serveFirst } from "./serveFirst.ts";
import type { NodeOptions, WeftNode } from "./types.ts";
import { ZkBlockProducer } from "./zkBlockProducer.ts";
import { depositsFrom } from "./zkStart.ts";

/** How often in-process clients ask whether something is there; asking costs a message to the worker. */
const IN_PROCESS_POLL_MS = 50;

/**
 * Starts both chains on one ledger. With a `dataDir` that has a ledger it goes on where that ends.
 * @throws NodeError OPTION_INVALID, LEDGER_INVALID; LedgerError and ZkChainError STORE_…; RpcError LISTEN_FAILED
 */
export async function startNode(options: NodeOptions = {}): Promise<WeftNode> {
  const settings = resolveOptions(options);
  keepGarbageYoung();
  serveFirst();
  /** What was started, newest last: undone in reverse when a later part doesn't start. */
  const started: (() => unknown)[] = [];
  try {
    return await assemble(settings, started);
  } catch (error) {
    // What failed first is what the caller needs to know.
    await undoAll(started).catch(() => {});
    throw error;
  }
}

async function assemble(settings: NodeSettings, started: (() => unknown)[]): Promise<WeftNode> {
  const { logger, zkChainId, fastChainId } = settings;
  const failure = Promise.withResolvers<Error>();
  const onFailed = (error: Error) => {
    logger.error("the node stops: what it says can't be relied on any more", { error });
    failure.resolve(error);
  };
  const ledger = openLedger(settings);
  started.push(() => ledger.close());
  ledger.subscribe({ failed: onFailed });
  const zkChain = await openZkChain(settings);
  started.push(() => zkChain.stop());
  zkChain.onStopped(onFailed);

  const { loginProofs, sealVerifier, checks } = startVerifiers(settings, started);
  const { fastChain, producer } = await startChains(settings, {
    ledger,
    zkChain,
    checks,
    onFailed,
  });
  started.push(
    () => fastChain.stop(),
    () => producer.stop(),
  );
  const zk = withUrgentCrossings(zkChain, producer);
  const rpc = await startRpcServer({
    ledger,
    zkChain: zk,
    zkChainId,
    fastChain,
    host: settings.rpcHost,
    port: settings.rpcPort,
    pages: [createExplorerPages()],
    onInternalError: (error, method) => logger.error("JSON-RPC failed inside", { method, error }),
  });
  started.push(() => rpc.stop());
  const zkClient = createZkClient(settings, rpc);
  const { account, development } = settings;
  const senderOf = (sender: PrivateKeyAccount) =>
    createSender({ account: sender, zkChain: zk, zkClient, chainId: zkChainId });
  const operator = senderOf(account);
  const owner = await findOwner({ settings, zkClient, operator, createSender: senderOf });
  const { loopWarnMs: thresholdMs } = settings;
  if (thresholdMs !== undefined) started.push(warnOfBlocks({ thresholdMs, logger }));
  return {
    ledger,
    fastChain,
    loginProofs,
    sealVerifier,
    zkChain: zk,
    fastChainId,
    zkChainId,
    contracts: contractAddresses,
    rpc,
    zkClient,
    operator,
    owner,
    development,
    logger,
    failed: failure.promise,
    stop: onlyOnce(() => undoAll(started)),
  };
}

/** Threads that verify what arrives, and what the fast chain then doesn't check again. */
function startVerifiers({ logger }: NodeSettings, started: (() => unknown)[]) {
  const loginProofs = new LoginProofs();
  started.push(() => loginProofs.stop());
  const sealVerifier = new SealVerifier({
    onDied: (error) =>
      logger.warn("the thread that verifies seals died, it starts anew", { error }),
  });
  started.push(() => sealVerifier.stop());
  const checks: Checks = {
    ...loginProofs.checks,
    frame: checkDecodedFrame,
  };
  return { loginProofs, sealVerifier, checks };
}

type ChainParts = {
  readonly ledger: Ledger;
  readonly zkChain: ZkChain;
  /** What the fast chain checks of what arrives. */
  readonly checks: Checks;
  readonly onFailed: (error: Error) => void;
};

/** Begins or continues both chains, and ties what leaves one to what arrives on the other. */
async function startChains(
  settings: NodeSettings,
  { ledger, zkChain, checks, onFailed }: ChainParts,
): Promise<{ fastChain: FastChain; producer: ZkBlockProducer }> {
  const { zkChainId, fastChainId, account, logger } = settings;
  const nowMs = (): TimestampMs => timestampMs(Date.now());
  const genesis: GenesisOptions = {
    zkChainId,
    fastChainId,
    operator: lowerAddress(account.address),
    owner: genesisOwner(settings, ledger.head !== undefined),
    ownershipKey: findOwnershipKey(settings, ledger),
    timestampMs: nowMs(),
  };
  await bringUpZkChain(zkChain, ledger, zkGenesisOf(genesis), logger);
  const producer = new ZkBlockProducer({
    chainId: zkChainId,
    zkChain,
    ordering: ledger,
    nowMs,
    onDeposits: (more) => credit(more),
    onFailed,
  });
  // What left the fast chain before a restart and arrived already is not to arrive again.
  const arrived = await zkChain.nextReleaseNonce();
  /** What left before the chains were ready: a block made now would bring deposits before earlier ones. */
  const early: Release[] = [];
  let addReleases = (left: readonly Release[]): void => {
    early.push(...left);
  };
  const fastChain = bringUpFastChain(settings, {
    ledger,
    genesis: fastGenesisOf(genesis),
    checks,
    nowMs,
    onReleases: (left: readonly Release[]) => addReleases(left),
    releasesFrom: arrived,
    onFailed,
  });
  function credit(taken: readonly Deposit[]): void {
    for (const deposit of taken) {
      fastChain.submit({ type: "deposit", ...deposit }).catch(onFailed);
    }
  }
  for await (const missing of depositsFrom(zkChain, fastChain.deposits)) credit(missing);
  addReleases = (left) => producer.addReleases(left);
  addReleases(early);
  zkChain.onPending(() => producer.notifyPending());
  return { fastChain, producer };
}

/** The chain as clients use it: a transaction to the portal waits to cross, so its block comes at once. */
function withUrgentCrossings(zkChain: ZkChain, producer: ZkBlockProducer): ZkChain {
  const portal = lowerAddress(contractAddresses.portal);
  const portalBytes = Buffer.from(hexToBytes(portal));
  return {
    ...zkChain,
    async submit(raw: Uint8Array): Promise<Hash> {
      // Asking the worker takes a message there and one back, and hardly any transaction names the portal at all.
      const mayCross = Buffer.from(raw).includes(portalBytes);
      const hash = await zkChain.submit(raw);
      const transaction = mayCross ? await zkChain.transaction(hash) : undefined;
      if (transaction?.to === portal) producer.notifyCrossing();
      return hash;
    },
  };
}

function createZkClient({ zkChainId }: NodeSettings, rpc: RpcServer): PublicClient {
  const chain = defineChain({
    id: zkChainId,
    name: "Weft ZK chain",
    nativeCurrency: { name: "ZKPoW", symbol: "ZKPoW", decimals: 18 },
    rpcUrls: { default: { http: [rpc.zkUrl] } },
  });
  return createPublicClient({
    chain,
    transport: custom({ request: (call) => rpc.zk.request(call) }, { retryCount: 0 }),
    pollingInterval: IN_PROCESS_POLL_MS,
  });
}

/** Stops every part, newest first, whatever happens to the others. @throws what the first failed with */
async function undoAll(started: readonly (() => unknown)[]): Promise<void> {
  const failures: unknown[] = [];
  for (const undo of started.toReversed()) {
    try {
      await undo();
    } catch (error) {
      failures.push(error);
    }
  }
  if (failures.length > 0) throw failures[0];
}

function onlyOnce(work: () => Promise<void>): () => Promise<void> {
  let done: Promise<void> | undefined;
  return () => {
    done ??= work();
    return done;
  };
}
