import type { StateManagerInterface } from "@ethereumjs/common";
import { createAddressFromString } from "@ethereumjs/util";
import type { Address } from "@weft/protocol";
import type { SenderAccount } from "./checkTransaction.ts";

export async function readAccount(
  state: StateManagerInterface,
  address: Address,
): Promise<SenderAccount> {
  const account = await state.getAccount(createAddressFromString(address));
  return {
    nonce: account?.nonce ?? 0n,
    balance: account?.balance ?? 0n,
    isContract: account?.isContract() ?? false,
  };
}
