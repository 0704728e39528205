export {
  createDispatcher,
  type Dispatcher,
  type DispatcherOptions,
  ProviderError,
} from "./dispatcher.ts";
export { RpcError, type RpcErrorCode } from "./errors.ts";
export type { FastChainReader, FastInclusion } from "./fastChainReader.ts";
export { connectLedger, type LedgerConnection } from "./ledgerStream/connectLedger.ts";
export { defineMethod, type Method, type MethodTable, methodTable } from "./method.ts";
export type { PageAnswer, PageSource } from "./pages.ts";
export {
  createRpcEndpoints,
  type RpcEndpoints,
  type RpcOptions,
  type RpcServer,
  type RpcServerOptions,
  startRpcServer,
} from "./startRpcServer.ts";
export type { ZkChainReader } from "./zkContext.ts";
