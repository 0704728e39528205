import { describe, expect, test } from "vitest";
import { NONCE_LIFETIME_MS } from "../limits.ts";
import { Nonces } from "./nonces.ts";

const NOW_MS = 1_800_000_000_000;
const unknown = expect.objectContaining({ code: "LOGIN_NONCE_UNKNOWN" });

describe("Nonces", () => {
  test("are good once", () => {
    const nonces = new Nonces();
    const { nonce, expiresAtMs } = nonces.issue(NOW_MS);
    expect(expiresAtMs).toBe(NOW_MS + NONCE_LIFETIME_MS);
    nonces.check(nonce, NOW_MS);
    nonces.take(nonce, NOW_MS);
    expect(() => nonces.take(nonce, NOW_MS)).toThrow(unknown);
    expect(() => nonces.check(nonce, NOW_MS)).toThrow(unknown);
  });

  test("are good again when their login was refused", () => {
    const nonces = new Nonces();
    const { nonce } = nonces.issue(NOW_MS);
    nonces.take(nonce, NOW_MS);
    nonces.release(nonce);
    nonces.take(nonce, NOW_MS);
  });

  test("expire", () => {
    const nonces = new Nonces();
    const { nonce, expiresAtMs } = nonces.issue(NOW_MS);
    nonces.check(nonce, expiresAtMs - 1);
    expect(() => nonces.check(nonce, expiresAtMs)).toThrow(unknown);
  });

  test("of another server, or tampered with, are unknown", () => {
    const nonces = new Nonces();
    const { nonce } = new Nonces().issue(NOW_MS);
    expect(() => nonces.check(nonce, NOW_MS)).toThrow(unknown);
    const own = nonces.issue(NOW_MS).nonce;
    for (let at = 0; at < own.length; at++) {
      const digit = own[at] === "0" ? "1" : "0";
      const tampered = own.slice(0, at) + digit + own.slice(at + 1);
      expect(() => nonces.check(tampered, NOW_MS)).toThrow(unknown);
    }
    for (const wrong of ["", "zz", `${own}0`, "ü".repeat(own.length)]) {
      expect(() => nonces.check(wrong, NOW_MS)).toThrow(unknown);
    }
  });
});
