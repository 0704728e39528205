import { type Address, type Hash, hexToBytes, keccak256, utf8ToBytes } from "@weft/protocol";
import type { WeftNode } from "../../src/index.ts";
import { createSigner, type Signer, signTransaction } from "../load/signTransaction.ts";

const TRANSFER_GAS = 21_000n;
/** Of one sender so many may wait for a block. */
const PER_SENDER = 48;
const FUNDS_WEI = 10n ** 20n;

/**
 * Transfers, each to an account of its own, that keep the ZK chain's blocks full: whenever a block is committed, those of
 * the next but one are handed in, a few at a time, as they would come in over JSON-RPC.
 */
export class FullBlocks {
  /** The blocks that were committed: their gas, by what they may have. */
  readonly blocks: { readonly fullness: number }[] = [];
  readonly #node: WeftNode;
  readonly #transfers: readonly Uint8Array[];
  readonly #unsubscribe: () => void;
  #next = 0;
  #wanted: number;

  private constructor(node: WeftNode, transfers: readonly Uint8Array[], perBlock: number) {
    this.#node = node;
    this.#transfers = transfers;
    this.#wanted = 2 * perBlock;
    this.#unsubscribe = node.zkChain.onCommitted(({ gasUsed, gasLimit, transactionHashes }) => {
      const fullness = Number(gasUsed) / Number(gasLimit);
      this.blocks.push({ fullness });
      this.#wanted += transactionHashes.length;
    });
  }

  /** @param owner has the ZKPoW that the senders need */
  static async prepare(node: WeftNode, owner: Signer, count: number): Promise<FullBlocks> {
    const { gasLimit } = await newestBlock(node);
    const perBlock = Number(gasLimit / TRANSFER_GAS);
    const senders = Array.from({ length: Math.ceil((2 * perBlock) / PER_SENDER) }, (_, i) =>
      createSigner(`bench sender ${i}`),
    );
    await fund(node, owner, senders);
    const chainId = node.zkChainId;
    const transfers = Array.from({ length: count * perBlock }, (_, i) => {
      const sender = senders[i % senders.length] as Signer;
      const nonce = Math.floor(i / senders.length);
      const call = { chainId, nonce, to: receiver(i), value: 1n, gas: TRANSFER_GAS };
      return hexToBytes(signTransaction(sender, call));
    });
    return new FullBlocks(node, transfers, perBlock);
  }

  /** Hands in the next transfer, if one is wanted. @throws (rejects) what it was refused with */
  async submitNext(): Promise<void> {
    if (this.#next >= this.#wanted) return;
    const transfer = this.#transfers[this.#next++];
    if (transfer !== undefined) await this.#node.zkChain.submit(transfer);
  }

  stop(): void {
    this.#unsubscribe();
  }
}

async function newestBlock({ zkChain }: WeftNode): Promise<{ gasLimit: bigint }> {
  const newest = await zkChain.newest();
  const block = newest && (await zkChain.blockByNumber(newest.number));
  if (block === undefined) throw new Error("the ZK chain has no block");
  return block;
}

async function fund(node: WeftNode, owner: Signer, senders: readonly Signer[]): Promise<void> {
  const chainId = node.zkChainId;
  let nonce = await node.zkClient.getTransactionCount({ address: owner.address });
  const hashes: Hash[] = [];
  for (const { address } of senders) {
    const call = { chainId, nonce: nonce++, to: address, value: FUNDS_WEI, gas: TRANSFER_GAS };
    hashes.push(await node.zkChain.submit(hexToBytes(signTransaction(owner, call))));
  }
  for (const hash of hashes) await node.zkClient.waitForTransactionReceipt({ hash });
}

const receiver = (nth: number): Address =>
  `0x${keccak256(utf8ToBytes(`bench receiver ${nth}`)).slice(-40)}`;
