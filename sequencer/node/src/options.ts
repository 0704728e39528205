import {
  type Address,
  type ChainId,
  chainId,
  type Hex,
  keccak256,
  utf8ToBytes,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { isAddress } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { NodeError } from "./errors.ts";
import { lowerAddress } from "./genesis.ts";
import { createConsoleLogger } from "./logger.ts";
import type { Logger, NodeOptions } from "./types.ts";

export const DEFAULT_ZK_CHAIN_ID = 5700;
export const DEFAULT_FAST_CHAIN_ID = 5701;
export const DEFAULT_RPC_PORT = 8545;
const DEFAULT_RPC_HOST = "127.0.0.1";

/** A restart applies at most so many fast blocks; with two files, one may be damaged. */
const DEFAULT_SNAPSHOTS = { everyBlocks: 3000, everyMs: 60_000, keep: 3 };

/** Known to everyone: what they own is worth nothing. */
const DEVELOPMENT_KEY: Hex = keccak256(utf8ToBytes("Weft development operator"));
const DEVELOPMENT_OWNER_KEY: Hex = keccak256(utf8ToBytes("Weft development owner"));

/** Options with their defaults, checked. */
export type NodeSettings = {
  readonly dataDir: string | undefined;
  readonly zkChainId: ChainId;
  readonly fastChainId: ChainId;
  readonly rpcHost: string;
  readonly rpcPort: number;
  /** The operator. */
  readonly account: PrivateKeyAccount;
  /** Who is to own the contracts of a ledger that begins; lower case. */
  readonly owner: Address | undefined;
  /** The owner, where the node has the key. */
  readonly ownerAccount: PrivateKeyAccount | undefined;
  readonly development: boolean;
  readonly ownershipKey: Uint8Array | undefined;
  readonly allowDevelopmentCircuits: boolean;
  readonly snapshots: Required<NonNullable<NodeOptions["snapshots"]>>;
  /** Undefined: nobody wants to know. */
  readonly loopWarnMs: number | undefined;
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
    account: accountOption("operatorKey", options.operatorKey ?? DEVELOPMENT_KEY),
    ...ownerOptions(options),
    development: options.operatorKey === undefined,
    ownershipKey: options.ownershipKey,
    allowDevelopmentCircuits: options.allowDevelopmentCircuits ?? false,
    snapshots: snapshotOptions(options.snapshots),
    loopWarnMs: loopWarnOption(options.loopWarnMs),
    logger: options.logger ?? createConsoleLogger(),
  };
}

function snapshotOptions(given: NodeOptions["snapshots"]): NodeSettings["snapshots"] {
  const snapshots = { ...DEFAULT_SNAPSHOTS, ...given };
  for (const [name, value] of Object.entries(snapshots)) {
    if (Number.isSafeInteger(value) && value > 0) continue;
    invalid(`snapshots.${name}`, `not a whole number above 0: ${value}`);
  }
  return snapshots;
}

function loopWarnOption(ms: number | undefined): number | undefined {
  if (ms !== undefined && !(ms > 0)) invalid("loopWarnMs", `not a time above 0: ${ms}`);
  return ms;
}

function chainIdOption(option: string, value: number): ChainId {
  // Half of the safe range, so that EIP-155's v, twice the id and 36, is a safe number too.
  const isUsable = Number.isSafeInteger(value) && value > 0 && value < 2 ** 52;
  return isUsable ? chainId(value) : invalid(option, `not a chain id: ${value}`);
}

function ownerOptions(options: NodeOptions): Pick<NodeSettings, "owner" | "ownerAccount"> {
  const { operatorKey, owner, ownerKey } = options;
  const isNamed = owner !== undefined || ownerKey !== undefined;
  if (isNamed && operatorKey === undefined) {
    // Or else everybody could report rounds, on contracts that somebody seems to care for.
    invalid("operatorKey", "an owner is given, and the operator is one whose key everybody knows");
  }
  if (owner !== undefined && (!isAddress(owner) || owner === ZERO_ADDRESS)) {
    invalid("owner", `not an address, or one that was mistyped: ${owner}`);
  }
  const named = owner?.toLowerCase() as Address | undefined;
  const key = ownerKey ?? (operatorKey === undefined ? DEVELOPMENT_OWNER_KEY : undefined);
  if (key === undefined) return { owner: named, ownerAccount: undefined };
  const ownerAccount = accountOption("ownerKey", key);
  const address = lowerAddress(ownerAccount.address);
  if (named !== undefined && named !== address) {
    invalid("ownerKey", `not the key of ${named}, the owner`);
  }
  return { owner: address, ownerAccount };
}

function accountOption(option: string, key: Hex): PrivateKeyAccount {
  try {
    return privateKeyToAccount(key);
  } catch {
    // Neither the key nor an error that may quote it belongs into a log.
    return invalid(option, "not a secp256k1 private key of 32 bytes in hexadecimal");
  }
}

function invalid(option: string, problem: string): never {
  throw new NodeError("OPTION_INVALID", `${option}: ${problem}`, { details: { option } });
}
