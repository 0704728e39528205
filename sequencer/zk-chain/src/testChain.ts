import { contractAddresses, deployerAddress } from "@weft/contracts";
import { genesisDeployments } from "@weft/contracts/bytecode";
import {
  type Address,
  type Block,
  type BlockHeader,
  chainId,
  chainNumber,
  type Hash,
  type Hex,
  hashHeader,
  hexToBytes,
  keccak256,
  ledgerHeight,
  timestampMs,
  transactionsRoot,
  ZERO_ADDRESS,
  ZERO_HASH,
  type ZkGenesis,
} from "@weft/protocol";
import type { TransactionSerializableEIP1559 } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { type ClosableEngine, createZkEngine } from "./engine/engine.ts";
import type { BuiltBlock, ExecutedBlock, ZkEngine } from "./types.ts";

/** What the tests of this package share: a genesis, accounts, and a ledger that only makes headers. */

export const CHAIN_ID = chainId(84_231);
export const START_MS = 1_800_000_000_500;
export const GWEI = 10n ** 9n;
export const FEE_RECIPIENT: Address = "0x00000000000000000000000000000000000000fe";

export const lowerCase = (hex: Hex) => hex.toLowerCase() as Hex;

const [alice, bob, carol] = [1, 2, 3].map((seed) =>
  privateKeyToAccount(keccak256(Uint8Array.of(seed))),
) as [PrivateKeyAccount, PrivateKeyAccount, PrivateKeyAccount];

export { alice, bob, carol };

/** Alice and Bob have 1,000 ZKPoW each, Carol none; Alice owns the contracts. */
export const genesis: ZkGenesis = {
  chainId: CHAIN_ID,
  timestampMs: timestampMs(START_MS),
  gasLimit: 30_000_000n,
  feeRecipient: FEE_RECIPIENT,
  portal: lowerCase(contractAddresses.portal),
  deployer: lowerCase(deployerAddress),
  allocations: [alice, bob].map(({ address }) => ({
    address: lowerCase(address),
    balance: 1_000n * GWEI * GWEI,
  })),
  contracts: genesisDeployments({ owner: alice.address }).map(({ address, creationCode }) => ({
    address: lowerCase(address),
    creationCode: hexToBytes(creationCode),
  })),
};

export async function sign(
  account: PrivateKeyAccount,
  transaction: Partial<TransactionSerializableEIP1559>,
): Promise<Uint8Array> {
  const signed = await account.signTransaction({
    type: "eip1559",
    chainId: CHAIN_ID,
    gas: 100_000n,
    maxFeePerGas: 2n * GWEI,
    maxPriorityFeePerGas: GWEI / 1000n,
    nonce: 0,
    ...transaction,
  });
  return hexToBytes(signed);
}

/** Puts headers around built blocks, with other chains' blocks in between. */
export class TestLedger {
  readonly blocks: Block[] = [];

  order(built: BuiltBlock, change: Partial<BlockHeader> = {}): Block {
    const parent = this.blocks.at(-1);
    const header: BlockHeader = {
      height: ledgerHeight(built.number * 7),
      parentHash: keccak256(Uint8Array.of(built.number)),
      chainId: CHAIN_ID,
      number: chainNumber(built.number),
      chainParentHash: parent?.hash ?? ZERO_HASH,
      timestampMs: timestampMs(START_MS + built.number * 1000 + 20),
      transactionsRoot: transactionsRoot(built.transactions),
      stateRoot: built.stateRoot,
      proposer: ZERO_ADDRESS,
      ...change,
    };
    const block = { header, hash: hashHeader(header), transactions: built.transactions };
    this.blocks.push(block);
    return block;
  }
}

/** An engine with its genesis, and a ledger that follows it. */
export class TestChain {
  readonly ledger = new TestLedger();
  readonly engine: ClosableEngine;
  pendingCount = 0;
  readonly committed: number[] = [];
  readonly dropped: { readonly hash: Hash; readonly code: string }[] = [];

  private constructor() {
    this.engine = createZkEngine({
      onPending: () => {
        this.pendingCount++;
      },
      onCommitted: ({ number }) => this.committed.push(number),
      onDropped: (hash, { code }) => this.dropped.push({ hash, code }),
    });
  }

  static async start(): Promise<TestChain> {
    const chain = new TestChain();
    await chain.commit(await chain.engine.buildGenesis(genesis));
    return chain;
  }

  async commit(built: BuiltBlock): Promise<Block> {
    const block = this.ledger.order(built);
    await this.engine.commit(block.header, block.hash);
    return block;
  }

  /** Builds with what waits, and commits. */
  async next(input: Partial<Parameters<ZkEngine["build"]>[0]> = {}): Promise<ExecutedBlock> {
    const newest = await this.engine.newest();
    const now = timestampMs(START_MS + ((newest?.number ?? 0) + 1) * 1000);
    const built = await this.engine.build({ timestampMs: now, releases: [], ...input });
    if (built === undefined) throw new Error("nothing to build");
    await this.commit(built);
    return built;
  }

  /** Submits and builds a block with it. */
  async send(
    account: PrivateKeyAccount,
    transaction: Partial<TransactionSerializableEIP1559>,
  ): Promise<ExecutedBlock> {
    const nonce = Number(await this.engine.nonce(lowerCase(account.address), "pending"));
    await this.engine.submit(await sign(account, { nonce, ...transaction }));
    return this.next();
  }
}

/** The code of the error that a promise is refused with. */
export async function codeOf(promise: Promise<unknown>): Promise<unknown> {
  try {
    return `no error: ${String(await promise)}`;
  } catch (error) {
    return (error as { code?: unknown }).code ?? error;
  }
}
