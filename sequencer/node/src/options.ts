import { type ChainId, chainId, type Hex, keccak256, utf8ToBytes } from "@weft/protocol";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { NodeError } from "./errors.ts";
import { createConsoleLogger } from "./logger.ts";
import type { Logger, NodeOptions } from "./types.ts";

export const DEFAULT_ZK_CHAIN_ID = 5700;
export const DEFAULT_FAST_CHAIN_ID = 5701;
export const DEFAULT_RPC_PORT = 8545;
const DEFAULT_RPC_HOST = "127.0.0.1";

/** Known to everyone: what it owns is worth nothing. */
const DEVELOPMENT_KEY: Hex = keccak256(utf8ToBytes("Weft development operator"));

/** Options with their defaults, checked. */
export type NodeSettings = {
  readonly dataDir: string | undefined;
  readonly zkChainId: ChainId;
  readonly fastChainId: ChainId;
  readonly rpcHost: string;
  readonly rpcPort: number;
  readonly account: PrivateKeyAccount;
  readonly development: boolean;
  readonly logger: Logger;
};

/** @throws NodeError OPTION_INVALID, with the option's name in `details.option` */
export function resolveOptions(options: NodeOptions): NodeSettings {
  const zkChainId = chainIdOption("zkChainId", options.zkChainId ?? DEFAULT_ZK_CHAIN_ID);
  const fastChainId = chainIdOption("fastChainId", options.fastChainId ?? DEFAULT_FAST_CHAIN_ID);
  if (zkChainId === fastChainId) invalid("fastChainId", "both chains have the same id");
  const rpcPort = options.rpc?.port ?? DEFAULT_RPC_PORT;
  if (!Number.isInteger(rpcPort) || rpcPort < 0 || rpcPort > 65_535) {
    invalid("rpc.port", `not a port: ${rpcPort}`);
  }
  return {
    dataDir: options.dataDir,
    zkChainId,
    fastChainId,
    rpcHost: options.rpc?.host ?? DEFAULT_RPC_HOST,
    rpcPort,
    account: accountOption(options.operatorKey ?? DEVELOPMENT_KEY),
    development: options.operatorKey === undefined,
    logger: options.logger ?? createConsoleLogger(),
  };
}

function chainIdOption(option: string, value: number): ChainId {
  // Half of the safe range, so that EIP-155's v, twice the id and 36, is a safe number too.
  const isUsable = Number.isSafeInteger(value) && value > 0 && value < 2 ** 52;
  return isUsable ? chainId(value) : invalid(option, `not a chain id: ${value}`);
}

function accountOption(key: Hex): PrivateKeyAccount {
  try {
    return privateKeyToAccount(key);
  } catch {
    // Neither the key nor an error that may quote it belongs into a log.
    return invalid("operatorKey", "not a secp256k1 private key of 32 bytes in hexadecimal");
  }
}

function invalid(option: string, problem: string): never {
  throw new NodeError("OPTION_INVALID", `${option}: ${problem}`, { details: { option } });
}
