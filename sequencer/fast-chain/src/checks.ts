import type { ChainId, FastGenesis, JoinTicket, OpenSession, SessionKey } from "@weft/protocol";
import { decodeFrame, type Frame, frameNumberOf, joinTicketMessage } from "@weft/protocol";
import { FastChainError, refuse } from "./errors.ts";
import { verifyP256 } from "./p256.ts";
import {
  checkLoginRoot,
  type LoginMoment,
  type LoginRoot,
  type ZkHeaderSource,
} from "./session/checkLoginRoot.ts";
import { type OwnershipOpen, verifyOwnershipProof } from "./session/ownershipProof.ts";
import { verifyLogin } from "./session/verifyLogin.ts";

/**
 * The checks of a transaction that cost much and need no more state than what they are given. They
 * stand apart so that a host doesn't do twice what it did when the bytes arrived.
 */
export interface Checks {
  /** @throws FastChainError LOGIN_… */
  login(genesis: FastGenesis, open: OpenSession): void;
  /** Whether an ownership proof's state root is a recent one. @throws FastChainError LOGIN_ROOT_… */
  loginRoot(zkHeader: ZkHeaderSource, root: LoginRoot, moment: LoginMoment): void;
  /** The ownership proof itself. @throws FastChainError LOGIN_… */
  proof(genesis: FastGenesis, open: OwnershipOpen): void;
  /** @throws FastChainError TICKET_SIGNATURE_INVALID */
  ticket(chainId: ChainId, key: SessionKey, ticket: JoinTicket, signature: Uint8Array): void;
  /** @throws FastChainError FRAME_MALFORMED, FRAME_OUT_OF_ORDER */
  frame(frame: Uint8Array, expectedSeq: number): void;
}

/** Everything, as whoever didn't see the bytes arrive must. */
export const fullChecks: Checks = {
  login: verifyLogin,
  loginRoot: checkLoginRoot,
  proof: verifyOwnershipProof,
  ticket(chainId, key, ticket, signature) {
    if (!verifyP256(key, joinTicketMessage(chainId, ticket), signature)) {
      refuse("TICKET_SIGNATURE_INVALID", "the join ticket isn't signed by the session key");
    }
  },
  frame(frame, expectedSeq) {
    checkNumber(decode(frame).seq, expectedSeq);
  },
};

/**
 * For a host whose rooms have decoded the very bytes that they append: only the number is left to be checked.
 * @throws FastChainError FRAME_OUT_OF_ORDER; ProtocolError for bytes that aren't a frame's at their beginning
 */
export function checkDecodedFrame(frame: Uint8Array, expectedSeq: number): void {
  checkNumber(frameNumberOf(frame), expectedSeq);
}

function checkNumber(seq: number, expectedSeq: number): void {
  if (seq === expectedSeq) return;
  refuse("FRAME_OUT_OF_ORDER", `frame ${seq}, expected ${expectedSeq}`, { seq, expectedSeq });
}

function decode(frame: Uint8Array): Frame {
  try {
    return decodeFrame(frame);
  } catch (cause) {
    throw new FastChainError("FRAME_MALFORMED", "the bytes aren't a frame", { cause });
  }
}

/**
 * For blocks out of the node's own ledger: what these check was checked in full before it was ordered. Seals aren't among it:
 * nobody verifies them all, so a report's are verified again by whoever replays it.
 */
export const ownLedgerChecks: Checks = {
  login() {},
  loginRoot() {},
  proof() {},
  ticket() {},
  frame() {},
};
