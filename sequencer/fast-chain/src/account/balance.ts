import type { Address } from "@weft/protocol";
import { refuse } from "../errors.ts";
import type { FastState } from "../state.ts";

const MAX_BALANCE = 2n ** 256n - 1n;

export function balanceOf(state: FastState, asset: Address, owner: Address): bigint {
  return state.account(owner).balances.get(asset) ?? 0n;
}

function setBalance(state: FastState, asset: Address, owner: Address, amount: bigint): void {
  const account = state.account(owner);
  const balances = new Map(account.balances);
  if (amount === 0n) balances.delete(asset);
  else balances.set(asset, amount);
  state.setAccount(owner, { ...account, balances });
}

/** @throws FastChainError BALANCE_OVERFLOW */
export function checkCredit(
  state: FastState,
  asset: Address,
  owner: Address,
  amount: bigint,
): void {
  if (balanceOf(state, asset, owner) + amount > MAX_BALANCE) {
    refuse("BALANCE_OVERFLOW", "the balance would pass 2^256 - 1", { owner, asset, amount });
  }
}

/** @throws FastChainError BALANCE_OVERFLOW */
export function credit(state: FastState, asset: Address, owner: Address, amount: bigint): void {
  checkCredit(state, asset, owner, amount);
  setBalance(state, asset, owner, balanceOf(state, asset, owner) + amount);
}

/** @throws FastChainError INSUFFICIENT_BALANCE */
export function debit(state: FastState, asset: Address, owner: Address, amount: bigint): void {
  const before = balanceOf(state, asset, owner);
  if (before < amount) {
    refuse("INSUFFICIENT_BALANCE", `${owner} has ${before} of ${asset}, ${amount} are wanted`, {
      owner,
      asset,
      balance: before,
      amount,
    });
  }
  setBalance(state, asset, owner, before - amount);
}
