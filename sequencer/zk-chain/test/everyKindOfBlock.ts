import { contractAddresses, portalAbi } from "@weft/contracts";
import { chainNumber, ledgerHeight, type Release, ZERO_ADDRESS } from "@weft/protocol";
import { encodeFunctionData } from "viem";
import { alice, bob, carol, lowerCase, sign, TestChain } from "../src/testChain.ts";
import type { ZkEngine } from "../src/types.ts";

/** What the tests of a chain on disk share. */

const portal = contractAddresses.portal;
const release: Release = {
  nonce: 0n,
  asset: ZERO_ADDRESS,
  recipient: lowerCase(carol.address),
  amount: 10n,
  fromHeight: ledgerHeight(3),
};
const deposit = {
  to: portal,
  value: 100n,
  gas: 200_000n,
  data: encodeFunctionData({ abi: portalAbi, functionName: "deposit", args: [carol.address] }),
};

/** A chain in memory that has a bit of everything: deposits, a release, a contract, transfers. */
export async function everyKindOfBlock(): Promise<TestChain> {
  const chain = await TestChain.start();
  await chain.send(alice, deposit);
  await chain.engine.submit(await sign(bob, deposit));
  await chain.next({ releases: [release] });
  // code of one byte: PUSH1 1, PUSH1 0, RETURN
  await chain.send(alice, { data: "0x60016000f3", gas: 200_000n });
  await chain.send(bob, { to: carol.address, value: 5n });
  await chain.send(alice, deposit);
  return chain;
}

/** Everything that a chain tells of its blocks up to a number, and of its state then. */
export async function tellAll(engine: ZkEngine, upTo: number) {
  const blocks = [];
  for (let number = 0; number <= upTo; number++) {
    const at = chainNumber(number);
    const block = await engine.blockByNumber(at);
    const transactions = await engine.blockTransactions(at);
    blocks.push({
      block,
      transactions,
      receipts: await engine.blockReceipts(at),
      byHash: await engine.blockByHash(block?.hash ?? "0x"),
      byTransaction: await Promise.all(
        (block?.transactionHashes ?? []).map((hash) => engine.receipt(hash)),
      ),
      carol: await engine.balance(lowerCase(carol.address), at),
      aliceNonce: await engine.nonce(lowerCase(alice.address), at),
      portalCode: await engine.code(lowerCase(portal), at),
    });
  }
  const range = { fromNumber: chainNumber(0), toNumber: chainNumber(upTo) };
  return {
    blocks,
    newest: await engine.newest(),
    logs: await engine.logs({ ...range, addresses: [lowerCase(portal)] }),
    deposits: await engine.depositsFrom(0n),
    nextReleaseNonce: await engine.nextReleaseNonce(),
  };
}

export const ignoreEvents = {
  onPending: () => {},
  onCommitted: () => {},
  onDropped: () => {},
};
