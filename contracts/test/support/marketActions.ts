import { type Address, getContract, maxUint256, parseAbi } from "viem";
import { contractAddresses, marketAbi } from "../../index.ts";
import type { Helper, TestChain } from "./startTestChain.ts";

/** What tokens and accounts of the tests revert with, and the market passes on. */
const passedOn = parseAbi([
  "error ERC20InsufficientAllowance(address spender, uint256 allowance, uint256 needed)",
  "error ERC20InsufficientBalance(address sender, uint256 balance, uint256 needed)",
  "error ERC721NonexistentToken(uint256 tokenId)",
  "error NoPayment()",
  "error NotInTheMood()",
]);

export const day = 86_400n;

/** The market of a test chain, with what its tests do again and again. */
export function marketActions({ client, tell }: TestChain) {
  const market = getContract({
    abi: [...marketAbi, ...passedOn],
    address: contractAddresses.market,
    client,
  });

  return {
    ...market,
    /** Gives tokens of a collection, which the market may then take. */
    async giveToken(collection: Helper, owner: Address, ...tokenIds: readonly bigint[]) {
      for (const tokenId of tokenIds) await tell(collection, "mint", [owner, tokenId]);
      await tell(collection, "setApprovalForAll", [market.address, true], owner);
    },
    /** Gives an amount of an ERC-20, which the market may then take. */
    async giveMoney(currency: Helper, account: Address, amount: bigint) {
      await tell(currency, "mint", [account, amount]);
      await tell(currency, "approve", [market.address, maxUint256], account);
    },
    ownerOf: (collection: Helper, tokenId: bigint) =>
      client.readContract({ ...collection, functionName: "ownerOf", args: [tokenId] }),
    moneyOf: (currency: Helper, account: Address) =>
      client.readContract({ ...currency, functionName: "balanceOf", args: [account] }),
    /** A time as an expiry, in unix seconds. */
    async expiryIn(seconds: bigint) {
      return (await client.getBlock()).timestamp + seconds;
    },
    async passTime(seconds: bigint) {
      await client.increaseTime({ seconds: Number(seconds) });
      await client.mine({ blocks: 1 });
    },
  };
}
