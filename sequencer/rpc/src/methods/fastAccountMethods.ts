import { hexToBytes, ZERO_ADDRESS } from "@weft/protocol";
import { z } from "zod";
import { assertNewestState, type FastContext } from "../fastContext.ts";
import { toQuantity } from "../format.ts";
import { TRANSFER_GAS } from "../formatFast.ts";
import { defineMethod } from "../method.ts";
import {
  address,
  blockRef,
  callRequest,
  noParams,
  smallQuantity,
  stateBlockRef,
} from "../params.ts";

/** EIP-7623's price of calldata: 10 for each token, of which a zero byte is one and others are four. */
const GAS_PER_TOKEN = 10n;
const TOKENS_PER_BYTE = 4n;

const accountAt = z.tuple([address, stateBlockRef.optional()]);

/** Accounts, and fees, of which there are none. */
export function fastAccountMethods(context: FastContext) {
  const { chain } = context;
  return {
    /** Of ZKPoW. */
    eth_getBalance: defineMethod(accountAt, ([owner, ref = "latest"]) => {
      assertNewestState(context, ref);
      return toQuantity(chain.balance(ZERO_ADDRESS, owner));
    }),
    eth_getTransactionCount: defineMethod(accountAt, ([owner, ref = "latest"]) => {
      assertNewestState(context, ref);
      return toQuantity(chain.nonce(owner));
    }),
    /** One byte where there is a program, so that wallets see that they call something. */
    eth_getCode: defineMethod(accountAt, ([at]) => (at === chain.portal ? "0x01" : "0x")),
    /** What the transaction's own bytes would take on Ethereum: libraries insist on it. */
    eth_estimateGas: defineMethod(
      z.tuple([callRequest, stateBlockRef.optional()]),
      ([{ data = "0x" }]) => {
        const tokens = BigInt(hexToBytes(data).length) * TOKENS_PER_BYTE;
        return toQuantity(TRANSFER_GAS + tokens * GAS_PER_TOKEN);
      },
    ),
    eth_gasPrice: defineMethod(noParams, () => "0x0"),
    eth_maxPriorityFeePerGas: defineMethod(noParams, () => "0x0"),
    eth_feeHistory: defineMethod(
      z.tuple([z.union([z.int().min(0), smallQuantity]), blockRef, z.array(z.number()).nullish()]),
      ([, ref, percentiles]) => {
        assertNewestState(context, ref);
        const number = context.ledger.chainHead(chain.chainId)?.header.number ?? 0;
        return {
          oldestBlock: toQuantity(number),
          baseFeePerGas: ["0x0", "0x0"],
          gasUsedRatio: [0],
          ...(percentiles && { reward: [percentiles.map(() => "0x0")] }),
        };
      },
    ),
  };
}
