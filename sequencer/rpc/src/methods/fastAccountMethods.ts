import { hexToBytes, ZERO_ADDRESS, ZERO_HASH } from "@weft/protocol";
import { z } from "zod";
import { RpcError } from "../errors.ts";
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
  storageKey,
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
    /** There is none: programs aren't contracts. */
    eth_getStorageAt: defineMethod(
      z.tuple([address, storageKey, stateBlockRef.optional()]),
      () => ZERO_HASH,
    ),
    /** Where there is no code a call gives nothing, which is what wallets that probe addresses expect. */
    eth_call: defineMethod(
      z.tuple([callRequest, stateBlockRef.optional()]).rest(z.unknown()),
      ([{ to }]) => {
        if (to !== undefined && to !== chain.portal) return "0x";
        const message = "the fast chain runs no contracts; its program is called by transactions";
        throw new RpcError("METHOD_UNSUPPORTED", message);
      },
    ),
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
