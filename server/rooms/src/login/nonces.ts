import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { type LoginChallenge, timestampMs } from "@weft/protocol";
import { RoomsError } from "../errors.ts";
import { MAX_USED_NONCES, NONCE_LIFETIME_MS } from "../limits.ts";

const EXPIRY_DIGITS = 12;
const RANDOM_BYTES = 8;
const MAC_DIGITS = 32;
const NONCE_DIGITS = EXPIRY_DIGITS + 2 * RANDOM_BYTES + MAC_DIGITS;

/**
 * Single-use challenges. A nonce carries its expiry and a MAC of this process, so asking for one costs no
 * memory here and nobody can crowd out the challenges of others; only answered ones are remembered.
 */
export class Nonces {
  readonly #key = randomBytes(32);
  /** Answered nonces and when they expire. */
  readonly #used = new Map<string, number>();

  issue(nowMs: number): LoginChallenge {
    const expiresAtMs = timestampMs(nowMs + NONCE_LIFETIME_MS);
    const open =
      expiresAtMs.toString(16).padStart(EXPIRY_DIGITS, "0") +
      randomBytes(RANDOM_BYTES).toString("hex");
    return { nonce: open + this.#mac(open), expiresAtMs };
  }

  /** @throws RoomsError LOGIN_NONCE_UNKNOWN unless this process issued it, it is fresh and unused. */
  check(nonce: string, nowMs: number): void {
    if (!this.#isOurs(nonce)) unknown("this server didn't issue the nonce");
    if (expiryOf(nonce) <= nowMs) unknown("the nonce has expired, ask for another challenge");
    if (this.#used.has(nonce)) unknown("the nonce was used before");
  }

  /** Checks a nonce and marks it as used. @throws RoomsError LOGIN_NONCE_UNKNOWN, LOGIN_BUSY */
  take(nonce: string, nowMs: number): void {
    this.check(nonce, nowMs);
    if (this.#used.size >= MAX_USED_NONCES) this.#forgetExpired(nowMs);
    if (this.#used.size >= MAX_USED_NONCES) {
      throw new RoomsError("LOGIN_BUSY", "too many logins at this time, try again in a minute");
    }
    this.#used.set(nonce, expiryOf(nonce));
  }

  /** Gives back a nonce whose login was refused, so that refused ones take no room. */
  release(nonce: string): void {
    this.#used.delete(nonce);
  }

  #forgetExpired(nowMs: number): void {
    for (const [nonce, expiresAtMs] of this.#used) {
      if (expiresAtMs <= nowMs) this.#used.delete(nonce);
    }
  }

  #isOurs(nonce: string): boolean {
    if (nonce.length !== NONCE_DIGITS) return false;
    const mac = Buffer.from(nonce.slice(-MAC_DIGITS));
    const expected = Buffer.from(this.#mac(nonce.slice(0, -MAC_DIGITS)));
    return mac.length === expected.length && timingSafeEqual(mac, expected);
  }

  #mac(open: string): string {
    return createHmac("sha256", this.#key).update(open).digest("hex").slice(0, MAC_DIGITS);
  }
}

function expiryOf(nonce: string): number {
  return Number.parseInt(nonce.slice(0, EXPIRY_DIGITS), 16);
}

function unknown(message: string): never {
  throw new RoomsError("LOGIN_NONCE_UNKNOWN", message);
}
