import { type Address, type Release, ZERO_ADDRESS } from "@weft/protocol";
import { refuse } from "../errors.ts";
import type { FastState } from "../state.ts";
import { checkCredit, credit, debit } from "./balance.ts";
import { decodePortalCall } from "./portalProgram.ts";

/** What the fast chain reads of an Ethereum transaction whose signature was checked. */
export type Transfer = {
  readonly sender: Address;
  readonly nonce: bigint;
  /** Absent when it would create a contract. */
  readonly to: Address | undefined;
  readonly value: bigint;
  readonly data: Uint8Array;
};

export type Withdrawal = Omit<Release, "fromHeight">;

/**
 * An account's transaction: value to another account, or a call of the portal program. There are no
 * fees on the fast chain, and nothing that would fail is ordered at all.
 * @returns what leaves the chain, if anything does.
 */
export function applySigned(state: FastState, transfer: Transfer): Withdrawal | undefined {
  const { sender, to, value, data } = transfer;
  checkNonce(state, transfer);
  if (to === undefined) refuse("TX_UNSUPPORTED", "the fast chain takes no contracts");
  if (to === state.genesis.portal) {
    if (value !== 0n) refuse("TX_UNSUPPORTED", "the amount goes into the call, not into value");
    return applyPortalCall(state, sender, data);
  }
  if (data.length > 0) refuse("TX_UNSUPPORTED", `there is no program at ${to}`);
  move(state, ZERO_ADDRESS, sender, to, value);
  countNonce(state, sender);
  return undefined;
}

/** What an ordered transaction took off the chain: all that is ordered did what it says. */
export function withdrawalIn(
  portal: Address,
  { to, data }: Transfer,
): Omit<Withdrawal, "nonce"> | undefined {
  if (to !== portal) return undefined;
  const { type, asset, amount, recipient } = decodePortalCall(data);
  return type === "withdraw" ? { asset, recipient, amount } : undefined;
}

function checkNonce(state: FastState, { sender, nonce }: Transfer): void {
  const expected = BigInt(state.account(sender).nonce);
  if (nonce === expected) return;
  const code = nonce < expected ? "TX_NONCE_TOO_LOW" : "TX_NONCE_TOO_HIGH";
  refuse(code, `nonce ${nonce}, expected ${expected}`, { sender, nonce, expected });
}

function countNonce(state: FastState, sender: Address): void {
  const account = state.account(sender);
  state.setAccount(sender, { ...account, nonce: account.nonce + 1 });
}

/** Both sides are checked before either changes. */
function move(state: FastState, asset: Address, from: Address, to: Address, amount: bigint): void {
  if (from !== to) checkCredit(state, asset, to, amount);
  debit(state, asset, from, amount);
  credit(state, asset, to, amount);
}

function applyPortalCall(
  state: FastState,
  sender: Address,
  data: Uint8Array,
): Withdrawal | undefined {
  const { type, asset, amount, recipient } = decodePortalCall(data);
  if (amount === 0n) refuse("AMOUNT_ZERO", "an amount of 0");
  if (type === "transfer") {
    move(state, asset, sender, recipient, amount);
    countNonce(state, sender);
    return undefined;
  }
  debit(state, asset, sender, amount);
  countNonce(state, sender);
  const nonce = state.withdrawals;
  state.withdrawals += 1n;
  return { nonce, asset, recipient, amount };
}
