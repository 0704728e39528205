import type { ChainNumber, LoginProof, LoginRequest } from "@weft/protocol";

/** A login that holds, but for what the fast chain checks itself when the session opens. */
export type VerifiedLogin = {
  readonly proof: LoginProof;
  /** The ZK block against which the pass was checked. */
  readonly zkNumber: ChainNumber;
  /** The challenge that it answers; taken when the session opens. */
  readonly nonce: string;
};

/**
 * One way to prove that one owns a pass. There is one verifier for each type of `LoginProof`; a
 * zero-knowledge proof will be another.
 */
export interface LoginVerifier<Login extends LoginRequest["login"] = LoginRequest["login"]> {
  readonly type: Login["type"];
  /**
   * Checks what the fast chain can't: that the login is for this server, answers a challenge of its own,
   * and that the pass belongs to whoever logs in.
   * @throws RoomsError
   */
  verify(login: Login): Promise<VerifiedLogin>;
}
