import { coinAbi, coinCreationCode } from "@weft/contracts/testing";
import type { Address } from "@weft/protocol";
import { createWalletClient, http, parseAbi } from "viem";
import type { Player } from "./startServer.ts";

const abi = parseAbi(coinAbi);

/** An ERC-20 of OpenZeppelin's, all of it its deployer's. */
export async function deployCoin({ client, account }: Player, supply: bigint) {
  const { zk: chain } = await client.chains();
  const deployer = createWalletClient({ account, chain, transport: http() });
  const args = ["Coin", "COIN", supply] as const;
  const hash = await deployer.deployContract({ abi, bytecode: coinCreationCode, args });
  const { contractAddress } = await client.zk.waitForTransactionReceipt({ hash });
  if (contractAddress == null) throw new Error("no contract was deployed");
  const currency = contractAddress.toLowerCase() as Address;
  const balanceOf = (owner: Address) =>
    client.zk.readContract({ address: currency, abi, functionName: "balanceOf", args: [owner] });
  const allowanceOf = (owner: Address, spender: Address) => {
    const read = parseAbi(["function allowance(address, address) view returns (uint256)"]);
    return client.zk.readContract({
      address: currency,
      abi: read,
      functionName: "allowance",
      args: [owner, spender],
    });
  };
  return { currency, balanceOf, allowanceOf };
}
