import type { FastTransaction, LoginRequest, SessionGrant } from "@weft/protocol";

export type OpenTransaction = Extract<FastTransaction, { type: "openSession" }>;

/** A login that holds, but for what the fast chain checks itself when the session opens. */
export type VerifiedLogin = {
  /** What is submitted to the fast chain: this object, which may be known there already. */
  readonly open: OpenTransaction;
  /** The challenge that it answers, where it answers one; taken when the session opens. */
  readonly nonce?: string;
};

/** One way to prove that one owns a pass. There is one verifier for each type of `LoginProof`. */
export interface LoginVerifier<Login extends LoginRequest["login"] = LoginRequest["login"]> {
  readonly type: Login["type"];
  /**
   * Checks what the fast chain can't: that the login is for this server and has just been made, and that the pass
   * belongs to whoever logs in.
   * @throws RoomsError, FastChainError
   */
  verify(login: Login, grant: SessionGrant): Promise<VerifiedLogin>;
}
