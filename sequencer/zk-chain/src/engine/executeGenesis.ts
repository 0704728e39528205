import { Account, createAddressFromString } from "@ethereumjs/util";
import {
  bytesToHex,
  encodeZkTransaction,
  type GenesisContract,
  hashTransaction,
  type ZkGenesis,
} from "@weft/protocol";
import { ZkChainError } from "../errors.ts";
import { GENESIS_CONTRACT_GAS, MAX_BLOCK_GAS } from "../limits.ts";
import type { Log } from "../types.ts";
import type { BlockRun } from "./blockRun.ts";
import { LEDGER_TRANSACTION_TYPE, toLogs } from "./receipts.ts";
import { runSystemMessage } from "./systemMessage.ts";

/**
 * Credits the allocations, then creates the contracts in their order.
 * @throws ZkChainError GENESIS_INVALID
 */
export async function executeGenesis(run: BlockRun): Promise<void> {
  const { genesis } = run.rules;
  checkGenesis(genesis);
  const raw = encodeZkTransaction({ type: "genesis", ...genesis });
  run.addTransaction(raw);

  for (const { address, balance } of genesis.allocations) {
    await run.state.putAccount(createAddressFromString(address), new Account(0n, balance));
  }
  const logs: Log[] = [];
  let gasUsed = 0n;
  for (const contract of genesis.contracts) {
    const created = await createContract(run, contract, logs.length);
    logs.push(...created.logs);
    gasUsed += created.gasUsed;
  }
  const receipt = {
    transactionHash: hashTransaction(raw),
    type: LEDGER_TRANSACTION_TYPE,
    from: genesis.deployer,
    status: "success",
    gasUsed,
    effectiveGasPrice: 0n,
    logs,
  } as const;
  await run.addReceipt(receipt, 0n);
}

function checkGenesis({ allocations, contracts, portal, gasLimit }: ZkGenesis): void {
  const allocated = new Set(allocations.map(({ address }) => address));
  if (allocated.size !== allocations.length) invalid("an address is allocated to twice");
  if (!contracts.some(({ address }) => address === portal)) invalid("no contract is the portal");
  if (gasLimit < MIN_GAS_LIMIT) invalid(`a gas limit under ${MIN_GAS_LIMIT}`);
  if (gasLimit > MAX_BLOCK_GAS) invalid(`a gas limit above ${MAX_BLOCK_GAS}`);
  const supply = allocations.reduce((sum, { balance }) => sum + balance, 0n);
  if (supply > MAX_SUPPLY) invalid("more allocated than a balance can be", { supply });
}

/** EIP-7825's limit for one transaction: every one that is valid must fit in a block. */
const MIN_GAS_LIMIT = 16_777_216n;
/** Wei in existence: whoever has all of it still fits in the state, which has 128 bits for a balance. */
const MAX_SUPPLY = 2n ** 128n - 1n;

async function createContract(
  run: BlockRun,
  { address, creationCode }: GenesisContract,
  firstLogIndex: number,
): Promise<{ logs: Log[]; gasUsed: bigint }> {
  const from = run.rules.genesis.deployer;
  const { createdAddress, execResult } = await runSystemMessage(run.vm, run.evmBlock, {
    from,
    data: creationCode,
    gas: GENESIS_CONTRACT_GAS,
  });
  if (execResult.exceptionError !== undefined) {
    invalid("a constructor failed", {
      address,
      reason: execResult.exceptionError.error,
      data: bytesToHex(execResult.returnValue),
    });
  }
  if (createdAddress?.toString() !== address) {
    invalid("a contract is created elsewhere", { address, created: createdAddress?.toString() });
  }
  const logs = toLogs(execResult.logs ?? [], firstLogIndex);
  return { logs, gasUsed: execResult.executionGasUsed };
}

function invalid(problem: string, details: Readonly<Record<string, unknown>> = {}): never {
  throw new ZkChainError("GENESIS_INVALID", `genesis: ${problem}`, { details });
}
