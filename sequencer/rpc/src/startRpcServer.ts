import { createCommon } from "@weft/ethereum";
import type { Ledger } from "@weft/ledger";
import type { ChainId } from "@weft/protocol";
import type { ChainEvents } from "./chainEvents.ts";
import { createWeftMethods } from "./createWeftMethods.ts";
import { createDispatcher, type Dispatcher } from "./dispatcher.ts";
import type { FastChainReader } from "./fastChainReader.ts";
import { createFastEvents } from "./fastEvents.ts";
import { startHttpServer } from "./httpServer.ts";
import { serveLedger } from "./ledgerStream/serveLedger.ts";
import { type Method, methodTable } from "./method.ts";
import { chainMethods } from "./methods/chainMethods.ts";
import { fastAccountMethods } from "./methods/fastAccountMethods.ts";
import { fastBlockMethods } from "./methods/fastBlockMethods.ts";
import { fastTransactionMethods } from "./methods/fastTransactionMethods.ts";
import { filterMethods } from "./methods/filterMethods.ts";
import { logMethods } from "./methods/logMethods.ts";
import { subscriptionMethods } from "./methods/subscriptionMethods.ts";
import { unsupportedMethods } from "./methods/unsupportedMethods.ts";
import { zkBlockMethods } from "./methods/zkBlockMethods.ts";
import { zkFeeMethods } from "./methods/zkFeeMethods.ts";
import { zkProofMethods } from "./methods/zkProofMethods.ts";
import { zkStateMethods } from "./methods/zkStateMethods.ts";
import { zkTransactionMethods } from "./methods/zkTransactionMethods.ts";
import type { PageSource } from "./pages.ts";
import { PendingHashes } from "./pendingHashes.ts";
import type { ZkChainReader } from "./zkContext.ts";
import { createZkEvents } from "./zkEvents.ts";

export type RpcOptions = {
  readonly ledger: Ledger;
  readonly zkChain: ZkChainReader;
  readonly zkChainId: ChainId;
  readonly fastChain: FastChainReader;
  /** Told of errors that clients see as "internal error" only. */
  readonly onInternalError?: (error: unknown, method: string) => void;
};

export type RpcServerOptions = RpcOptions & {
  /** Default: 127.0.0.1. */
  readonly host?: string;
  /** 0 for any free one. */
  readonly port: number;
  /** Served to browsers at their paths. */
  readonly pages?: readonly PageSource[];
};

/** Both chains' endpoints, without a transport. */
export type RpcEndpoints = { readonly zk: Dispatcher; readonly fast: Dispatcher };

export interface RpcServer extends RpcEndpoints {
  readonly port: number;
  /** Without a path. */
  readonly url: string;
  readonly zkUrl: string;
  readonly fastUrl: string;
  /** The same, for WebSockets. */
  readonly zkWebSocketUrl: string;
  readonly fastWebSocketUrl: string;
  /** Takes no more requests, and waits a moment for those under way. */
  stop(): Promise<void>;
}

/** Both chains' methods, to be called in process or put behind a transport. */
export function createRpcEndpoints(options: RpcOptions): RpcEndpoints {
  const { ledger, zkChain, zkChainId, fastChain, onInternalError } = options;
  const { chainId: fastChainId } = fastChain;
  const weft = createWeftMethods(options);
  const zk = { chain: zkChain, chainId: zkChainId, ledger, pending: new PendingHashes() };
  const fast = { chain: fastChain, ledger, common: createCommon(fastChainId) };
  const zkEvents = createZkEvents(zk);
  const dispatcher = (...groups: Readonly<Record<string, Method>>[]) =>
    createDispatcher({
      methods: methodTable(weft, unsupportedMethods(), ...groups),
      ...(onInternalError && { onInternalError }),
    });
  const eventMethods = (events: ChainEvents) => ({
    ...logMethods(events),
    ...filterMethods(events),
    ...subscriptionMethods(events),
  });
  return {
    zk: dispatcher(
      chainMethods(zkChainId),
      zkBlockMethods(zk),
      zkTransactionMethods(zk, zkEvents),
      zkStateMethods(zk),
      zkProofMethods(zk),
      zkFeeMethods(zk),
      eventMethods(zkEvents),
    ),
    fast: dispatcher(
      chainMethods(fastChainId),
      fastBlockMethods(fast),
      fastTransactionMethods(fast),
      fastAccountMethods(fast),
      eventMethods(createFastEvents(fast)),
    ),
  };
}

/**
 * JSON-RPC over HTTP and WebSockets for both chains, at `/zk` and `/fast`.
 * @throws RpcError LISTEN_FAILED
 */
export async function startRpcServer(options: RpcServerOptions): Promise<RpcServer> {
  const { host = "127.0.0.1", port, pages = [] } = options;
  const endpoints = createRpcEndpoints(options);
  const dispatchers = new Map([
    ["/zk", endpoints.zk],
    ["/fast", endpoints.fast],
  ]);
  const ledgerStreams = serveLedger(options.ledger);
  const server = await startHttpServer({ host, port, dispatchers, ledgerStreams, pages });
  const address = `${urlHost(host)}:${server.port}`;
  const [url, webSocketUrl] = [`http://${address}`, `ws://${address}`];
  return {
    ...endpoints,
    port: server.port,
    url,
    zkUrl: `${url}/zk`,
    fastUrl: `${url}/fast`,
    zkWebSocketUrl: `${webSocketUrl}/zk`,
    fastWebSocketUrl: `${webSocketUrl}/fast`,
    stop: () => server.stop(),
  };
}

/** A host that a client can connect to: brackets for IPv6, loopback for "all of them". */
function urlHost(host: string): string {
  if (host === "0.0.0.0" || host === "::") return "127.0.0.1";
  return host.includes(":") ? `[${host}]` : host;
}
