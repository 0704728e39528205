import type { Ledger } from "@weft/ledger";
import type { Address, Block, ChainId, Hash } from "@weft/protocol";
import { balanceOf } from "../account/balance.ts";
import { type FastReceipt, Receipts, signedIn } from "../receipts.ts";
import type { FastState } from "../state.ts";
import type { RoomRecord, Session } from "../types.ts";

/** What there is to read of a chain that is replayed, as `FastChain` gives it of one that is hosted. */
export class FastChainView {
  readonly chainId: ChainId;
  readonly #replay: { readonly state: FastState };
  readonly #receipts: Receipts;

  constructor(replay: { readonly state: FastState }, ledger: Ledger, chainId: ChainId) {
    this.chainId = chainId;
    this.#replay = replay;
    this.#receipts = new Receipts(ledger, chainId);
  }

  /** A block was applied: its transactions have receipts now. */
  note({ header, transactions }: Block): void {
    const { height } = header;
    for (const { hash, index } of signedIn(transactions))
      this.#receipts.add(hash, { height, index });
  }

  get portal(): Address {
    return this.#replay.state.genesis.portal;
  }

  get deposits(): bigint {
    return this.#replay.state.deposits;
  }

  get withdrawals(): bigint {
    return this.#replay.state.withdrawals;
  }

  balance(asset: Address, owner: Address): bigint {
    return balanceOf(this.#replay.state, asset, owner);
  }

  nonce(owner: Address): number {
    return this.#replay.state.account(owner).nonce;
  }

  session(id: Hash): Session | undefined {
    return this.#replay.state.session(id);
  }

  rooms(): readonly RoomRecord[] {
    return [...this.#replay.state.rooms()];
  }

  receipt(hash: Hash): FastReceipt | undefined {
    return this.#receipts.get(hash);
  }
}
