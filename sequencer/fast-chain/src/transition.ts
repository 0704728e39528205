import type { Ledger } from "@weft/ledger";
import {
  assert,
  type Block,
  type BlockHeader,
  type ChainNumber,
  type FastTransaction,
  type Hash,
  type LedgerHeight,
  type RoomEvent,
} from "@weft/protocol";
import type { Checks } from "./checks.ts";
import { zkHeadersOf } from "./session/zkHeaders.ts";
import type { FastState } from "./state.ts";
import type { RoomRecord } from "./types.ts";

/** Height below the first block's. */
const NOTHING = -1 as LedgerHeight;

/** Sees what is applied, as it is: for whoever runs games again or collects crossings. */
export type Observer = {
  transaction?(transaction: FastTransaction): void;
  /** `record` is the room after the event. */
  roomEvent?(record: RoomRecord, event: RoomEvent): void;
};

/** What a transaction is applied to and judged by. */
export type Transition = {
  readonly state: FastState;
  readonly checks: Checks;
  readonly observer?: Observer;
  /** Blocks of both chains below the one that the transaction goes into. */
  readonly ledger: {
    /** Height of the newest of them. */
    headHeight(): LedgerHeight;
    /** Hash of one of them. */
    blockHash(height: LedgerHeight): Hash | undefined;
    /** Header of one of the ZK chain's. */
    zkHeader(number: ChainNumber): BlockHeader | undefined;
    /** The fast chain's newest. */
    chainParent(): BlockHeader;
  };
};

/** The transition for what goes into the fast chain's next block, now and after each block. */
export function transitionOn(state: FastState, ledger: Ledger, checks: Checks): Transition {
  const { chainId } = state.genesis;
  const headHeight = () => ledger.head?.header.height ?? NOTHING;
  return transitionAfter({ state, ledger, checks, headHeight }, () =>
    required(ledger.chainHead(chainId)),
  );
}

type View = {
  readonly state: FastState;
  readonly ledger: Ledger;
  readonly checks: Checks;
  readonly headHeight: () => LedgerHeight;
};

function transitionAfter(
  { state, ledger, checks, headHeight }: View,
  chainParent: () => BlockHeader,
): Transition {
  const { zkChainId } = state.genesis;
  return {
    state,
    checks,
    ledger: {
      headHeight,
      blockHash: (height) => ledger.blockByHeight(height)?.hash,
      zkHeader: (number) => {
        const header = zkHeadersOf(ledger, zkChainId)(number);
        return header !== undefined && header.height <= headHeight() ? header : undefined;
      },
      chainParent,
    },
  };
}

/** The transition for a block that is ordered already: it sees the blocks below it. */
export function transitionAt(
  state: FastState,
  ledger: Ledger,
  checks: Checks,
  block: Block,
): Transition {
  const { height, chainId, number } = block.header;
  const headHeight = () => (height - 1) as LedgerHeight;
  return transitionAfter({ state, ledger, checks, headHeight }, () =>
    required(ledger.blockByNumber(chainId, (number - 1) as ChainNumber)),
  );
}

function required(block: Block | undefined): BlockHeader {
  assert(block !== undefined, "the fast chain's genesis comes before everything else of it");
  return block.header;
}
