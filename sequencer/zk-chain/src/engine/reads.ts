import { createAddressFromString, hexToBytes as ethereumHexToBytes } from "@ethereumjs/util";
import {
  type Address,
  bytesToBigint,
  bytesToHex,
  type ChainNumber,
  type Hash,
  type Hex,
  type StateProof,
} from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import {
  CALL_GAS_LIMIT,
  MAX_DEPOSITS_READ,
  MAX_PROOF_SLOTS,
  STATE_HISTORY_BLOCKS,
} from "../limits.ts";
import type {
  AccountProof,
  CallOptions,
  CallRequest,
  LogFilter,
  StateRef,
  TransactionInfo,
  ZkEngine,
} from "../types.ts";
import { bigintToWord } from "./abi.ts";
import type { Chain } from "./chain.ts";
import { createAccessList } from "./createAccessList.ts";
import { estimateGas } from "./estimateGas.ts";
import { feeHistory, suggestFees } from "./fees.ts";
import { findLogs } from "./findLogs.ts";
import { overrideAccounts, overrideEnvironment } from "./overrides.ts";
import { readAccount } from "./readAccount.ts";
import { type CallContext, checkSuccess, runMessage } from "./runCall.ts";
import { type BlockRecord, inclusionOf, receiptsOf } from "./store/blockRecord.ts";
import { includedTransactionInfo, pendingTransactionInfo } from "./transactionInfo.ts";

/** The parts of the engine that change nothing. They see committed blocks only. */
export type Reads = Omit<
  ZkEngine,
  "buildGenesis" | "build" | "commit" | "discard" | "execute" | "rollBackTo" | "submit"
>;

export function createReads(chain: Chain): Reads {
  return { ...createHistoryReads(chain), ...createStateReads(chain) };
}

type StateReads = Pick<
  Reads,
  | "balance"
  | "nonce"
  | "code"
  | "storage"
  | "stateProof"
  | "call"
  | "estimateGas"
  | "createAccessList"
  | "fees"
  | "feeHistory"
>;

function createHistoryReads(chain: Chain): Omit<Reads, keyof StateReads> {
  const { index } = chain;
  const infoOf = (record: BlockRecord, position: number): TransactionInfo => {
    const { genesis, common } = chain.ground.rules;
    return includedTransactionInfo(record, position, genesis, common);
  };
  return {
    newest: async () => index.newest?.info,
    nextReleaseNonce: async () => chain.nextReleaseNonce,
    depositsFrom: async (nonce: bigint) => index.depositsFrom(nonce, MAX_DEPOSITS_READ),
    blockByNumber: async (number: ChainNumber) => index.byNumber(number)?.info,
    blockByHash: async (hash: Hash) => index.byHash(hash)?.info,
    async transaction(hash: Hash) {
      const place = index.transaction(hash);
      if (place !== undefined) return infoOf(place.record, place.index);
      const pending = chain.mempool.get(hash);
      return pending && pendingTransactionInfo(pending, chain.ground.rules.genesis);
    },
    async blockTransactions(number: ChainNumber) {
      const record = index.byNumber(number);
      return record?.transactions.map((_, position) => infoOf(record, position));
    },
    async receipt(transactionHash: Hash) {
      const place = index.transaction(transactionHash);
      const receipt = place?.record.receipts[place.index];
      return receipt && place && { ...receipt, ...inclusionOf(place.record, place.index) };
    },
    async blockReceipts(number: ChainNumber) {
      const record = index.byNumber(number);
      return record && receiptsOf(record);
    },
    logs: async (filter: LogFilter) => findLogs(index, filter),
  };
}

function createStateReads(chain: Chain): StateReads {
  const view = ({ info }: BlockRecord) => chain.backend.view(info.header.stateRoot);
  const callContext = (at: StateRef | undefined, options: CallOptions = {}): CallContext => {
    const record = recordAt(chain, at);
    const { accounts = [], block = {} } = options;
    return {
      rules: chain.ground.rules,
      environment: overrideEnvironment(record.environment, block),
      async view() {
        const state = await view(record);
        await overrideAccounts(state, accounts);
        return state;
      },
    };
  };
  const accountAt = async (address: Address, at: StateRef | undefined) =>
    readAccount(await view(recordAt(chain, at)), address);
  return {
    balance: async (address: Address, at?: StateRef) => (await accountAt(address, at)).balance,
    async nonce(address: Address, at?: StateRef) {
      const { nonce } = await accountAt(address, at);
      return at === "pending" ? chain.mempool.nextNonce(address, nonce) : nonce;
    },
    async code(address: Address, at?: StateRef) {
      const state = await view(recordAt(chain, at));
      return bytesToHex(await state.getCode(createAddressFromString(address)));
    },
    async storage(address: Address, slot: Hash, at?: StateRef) {
      const state = await view(recordAt(chain, at));
      const key = ethereumHexToBytes(slot);
      const value = await state.getStorage(createAddressFromString(address), key);
      return bigintToWord(bytesToBigint(value));
    },
    stateProof: async (address: Address, slots: readonly Hash[], at?: StateRef) =>
      proveAccount(chain, recordAt(chain, at), address, slots),
    async call(request: CallRequest, at?: StateRef, options?: CallOptions): Promise<Hex> {
      const asked = request.gas ?? CALL_GAS_LIMIT;
      const gas = asked < CALL_GAS_LIMIT ? asked : CALL_GAS_LIMIT;
      const result = await runMessage(callContext(at, options), request, gas);
      checkSuccess(result);
      return bytesToHex(result.returnValue);
    },
    estimateGas: async (request: CallRequest, at?: StateRef, options?: CallOptions) =>
      estimateGas(callContext(at, options), request),
    createAccessList: async (request: CallRequest, at?: StateRef, options?: CallOptions) =>
      createAccessList(callContext(at, options), request),
    fees: async () => suggestFees(chain.index, chain.newest),
    feeHistory: async (input) => feeHistory(chain.index, chain.newest, input),
  };
}

async function proveAccount(
  chain: Chain,
  { info }: BlockRecord,
  address: Address,
  slots: readonly Hash[],
): Promise<AccountProof> {
  if (slots.length > MAX_PROOF_SLOTS) {
    throw new ZkChainError("REQUEST_INVALID", `at most ${MAX_PROOF_SLOTS} slots at once`, {
      details: { slots: slots.length, limit: MAX_PROOF_SLOTS },
    });
  }
  const { stateRoot } = info.header;
  const { storage, ...leaves } = await chain.backend.prove(stateRoot, address, slots);
  return {
    address,
    blockNumber: info.number,
    blockHash: info.hash,
    stateRoot,
    ...leaves,
    storage: slots.map((slot, index) => ({ slot, proof: storage[index] as StateProof })),
  };
}

/** @throws ZkChainError NO_GENESIS, BLOCK_UNKNOWN, STATE_UNAVAILABLE */
function recordAt(chain: Chain, at: StateRef = "latest"): BlockRecord {
  const { newest } = chain;
  if (typeof at !== "number") return newest;
  if (at > newest.info.number) throw new ZkChainError("BLOCK_UNKNOWN", `no block ${at} yet`);
  const record = chain.index.byNumber(at);
  if (at <= newest.info.number - STATE_HISTORY_BLOCKS || record === undefined) {
    throw new ZkChainError("STATE_UNAVAILABLE", `the state of block ${at} isn't kept`, {
      details: { number: at, newest: newest.info.number, historyBlocks: STATE_HISTORY_BLOCKS },
    });
  }
  return record;
}
