import type { Common } from "@ethereumjs/common";
import { parseSignedTransaction, type SignedEthereumTransaction } from "@weft/ethereum";
import {
  type BeginBlock,
  type Block,
  decodeZkTransaction,
  type Release,
  type ZkGenesis,
  type ZkTransaction,
} from "@weft/protocol";
import type { BlockInfo } from "../types.ts";
import type { BlockRun } from "./blockRun.ts";
import { checkWholeBlock } from "./checkWholeBlock.ts";
import { checkReleases, executeRelease } from "./executeRelease.ts";
import { checkExecutable, executeSigned } from "./executeSigned.ts";
import { invalidBlock, under } from "./invalidBlock.ts";

/** That the block is whole, and follows `parent`, by its header. */
export function checkHeader(
  { header, hash, transactions }: Block,
  genesis: ZkGenesis,
  parent: BlockInfo,
): void {
  if (header.chainId !== genesis.chainId) invalidBlock("chain", "of another chain");
  if (header.number !== parent.number + 1 || header.chainParentHash !== parent.hash) {
    invalidBlock("parent", `doesn't follow block ${parent.number}`, {
      details: { number: header.number, newest: parent.number },
    });
  }
  checkWholeBlock({ header, hash, transactions });
}

export type BlockContent = {
  readonly begin: BeginBlock;
  readonly releases: readonly Release[];
  readonly signed: readonly SignedEthereumTransaction[];
};

/** Reads a block's transactions: one begin, releases, then signed ones. */
export async function readContent(block: Block, common: Common): Promise<BlockContent> {
  const decoded: ZkTransaction[] = [];
  for (const [index, raw] of block.transactions.entries()) {
    decoded.push(await under("transaction", { index }, () => decodeZkTransaction(raw)));
  }
  const [begin, ...rest] = decoded;
  if (begin?.type !== "begin") return invalidBlock("shape", "doesn't begin with begin");
  const releases: Release[] = [];
  const signed: SignedEthereumTransaction[] = [];
  for (const [offset, transaction] of rest.entries()) {
    const index = offset + 1;
    if (transaction.type === "release" && signed.length === 0) releases.push(transaction);
    else if (transaction.type === "signed") {
      const parse = () => parseSignedTransaction(transaction.raw, common);
      signed.push(await under("transaction", { index }, parse));
    } else invalidBlock("shape", `${transaction.type} out of place`, { details: { index } });
  }
  return { begin, releases, signed };
}

/** Executes what an ordered block holds, with every check that building it makes. */
export async function replayBlock(
  run: BlockRun,
  block: Block,
  { releases, signed }: BlockContent,
  firstReleaseNonce: bigint,
): Promise<void> {
  await under("releases", {}, () => checkReleases(releases, firstReleaseNonce));
  run.addTransaction(block.transactions[0] as Uint8Array);
  for (const release of releases) await executeRelease(run, release);
  for (const [offset, transaction] of signed.entries()) {
    const index = 1 + releases.length + offset;
    await under("transaction", { index }, () => checkExecutable(run, transaction));
    try {
      await executeSigned(run, transaction);
    } catch (cause) {
      // Nobody could have built it: a transaction that the EVM can't run is left out of blocks.
      invalidBlock("transaction", "the EVM failed", { details: { index }, cause });
    }
  }
}
