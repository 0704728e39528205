import type { Deposit } from "@weft/protocol";
import { refuse } from "../errors.ts";
import type { FastState } from "../state.ts";
import { credit } from "./balance.ts";

/**
 * Credits what the portal took in on the ZK chain. That the portal did is for whoever sees both
 * chains to check; here deposits come once each and in the portal's order.
 */
export function applyDeposit(state: FastState, deposit: Deposit): void {
  if (deposit.nonce !== state.deposits) {
    refuse("DEPOSIT_OUT_OF_ORDER", `deposit ${deposit.nonce}, expected ${state.deposits}`, {
      nonce: deposit.nonce,
      expected: state.deposits,
    });
  }
  credit(state, deposit.asset, deposit.recipient, deposit.amount);
  state.deposits += 1n;
}
