import { z } from "zod";
import type { Account } from "../answers.ts";
import { MAX_SHOWN_ACCOUNT_EVENTS } from "../ledgerIndex/limits.ts";
import { defineMethod } from "../method.ts";
import { address } from "../params.ts";
import { describeTransaction } from "../views/describeTransaction.ts";
import { durableBlock, type WeftContext } from "../weftContext.ts";

/** One address on both chains. */
export function accountMethods(context: WeftContext) {
  const { index, ledger, fastChain, zkChain } = context;
  return {
    weft_getAccount: defineMethod(z.tuple([address]), async ([owner]): Promise<Account> => {
      const indexed = await index.newest();
      const { entries, fromHeight } = indexed;
      const balances = [...entries.assets].map((asset) => {
        return { asset, amount: fastChain.balance(asset, owner).toString() };
      });
      const [balance, nonce, code] = await Promise.all([
        zkChain.balance(owner),
        zkChain.nonce(owner),
        zkChain.code(owner),
      ]);
      const transactions = entries.activityOf(owner).flatMap(({ height, index: nth }) => {
        const block = durableBlock(ledger, height);
        const described =
          block && describeTransaction(context, block, nth, MAX_SHOWN_ACCOUNT_EVENTS);
        return described ? [described] : [];
      });
      return {
        address: owner,
        fast: {
          nonce: fastChain.nonce(owner),
          balances: balances.filter(({ amount }, nth) => nth === 0 || amount !== "0"),
          isPortal: owner === fastChain.portal,
        },
        zk: {
          nonce: Number(nonce),
          balance: balance.toString(),
          codeBytes: (code.length - 2) / 2,
        },
        isRoom: entries.rooms.get(owner) !== undefined,
        transactions,
        fromHeight,
      };
    }),
  };
}
