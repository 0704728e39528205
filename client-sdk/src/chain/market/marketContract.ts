import { contractAddresses, marketAbi } from "@weft/contracts";
import type { Address, Hash } from "@weft/protocol";
import { parseAbi, type TransactionReceipt } from "viem";
import type { PollOptions } from "../pollUntil.ts";
import type { Transactor } from "../transactor.ts";

/** A market transaction that is in a block. */
export type MarketReceipt = { readonly transactionHash: Hash };

/** What an ERC-20 says when it refuses (ERC-6093). */
export const erc20ErrorsAbi = parseAbi([
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InvalidReceiver(address receiver)",
]);

/** The errors of the tokens that the market moves come through it. */
const abi = [...marketAbi, ...erc20ErrorsAbi];

export type MarketCall = {
  readonly functionName: string;
  readonly args: readonly unknown[];
  /** ZKPoW sent along, in wei. */
  readonly value?: bigint;
};

/** @throws ClientError as `Transactor.callZk` */
export function callMarket(
  transactor: Transactor,
  call: MarketCall,
  options: PollOptions,
): Promise<TransactionReceipt> {
  return transactor.callZk({ to: contractAddresses.market, abi, ...call }, options);
}

export const lower = (address: string) => address.toLowerCase() as Address;
