import type { ChainNumber } from "@weft/protocol";
import { afterEach, expect, test } from "vitest";
import { createPlayer, createTestChain, type TestChain } from "../testChain.ts";
import { LoginProofs } from "./loginProofs.ts";
import type { OwnershipOpen } from "./ownershipProof.ts";
import { orderZkBlock, ownershipOpen } from "./testOwnership.ts";

const { grant } = createPlayer(1);
const zkNumber = 0 as ChainNumber;
const code = (expected: string) => expect.objectContaining({ code: expected });

const running: LoginProofs[] = [];
afterEach(async () => {
  await Promise.all(running.splice(0).map((proofs) => proofs.stop()));
});

function start(options: ConstructorParameters<typeof LoginProofs>[0] = {}) {
  const proofs = new LoginProofs(options);
  running.push(proofs);
  const chain: TestChain = createTestChain(undefined, { checks: proofs.checks });
  orderZkBlock(chain);
  const { genesis } = chain.chain;
  return { proofs, chain, genesis };
}

function right(): OwnershipOpen {
  return ownershipOpen(grant, { nullifier: 7n, zkNumber });
}

function wrong(): OwnershipOpen {
  const open = right();
  return { ...open, login: { ...open.login, season: 1 } };
}

test("a proof that held in a thread isn't verified again by the chain's host", async () => {
  const { proofs, chain, genesis } = start();
  const open = { type: "openSession" as const, ...right() };
  await proofs.verify(genesis, open);
  // Verified again, it would fail from here on.
  open.login.proof.fill(0);
  const copy = { ...open };
  expect(() => proofs.checks.proof(genesis, copy)).toThrow(code("LOGIN_PROOF_INVALID"));
  expect(() => proofs.checks.proof({ ...genesis }, open)).toThrow(code("LOGIN_PROOF_INVALID"));
  await chain.chain.submit(open);
});

test("what wasn't verified in a thread is verified by the host", async () => {
  const { chain } = start();
  const bad = chain.chain.submit({ type: "openSession", ...wrong() });
  await expect(bad).rejects.toThrow(code("LOGIN_PROOF_INVALID"));
  await chain.chain.submit({ type: "openSession", ...right() });
});

test("a proof that doesn't hold is refused by its code, many at a time", async () => {
  const { proofs, genesis } = start({ threads: 2 });
  const opens = [right(), wrong(), right(), wrong(), right()];
  const results = await Promise.allSettled(opens.map((open) => proofs.verify(genesis, open)));
  expect(results.map((one) => (one.status === "rejected" ? one.reason.code : "held"))).toEqual([
    "held",
    "LOGIN_PROOF_INVALID",
    "held",
    "LOGIN_PROOF_INVALID",
    "held",
  ]);
});

test("more than may wait are refused: LOGIN_BUSY", async () => {
  const { proofs, genesis } = start({ threads: 1, maxWaiting: 2 });
  const results = await Promise.allSettled([1, 2, 3, 4].map(() => proofs.verify(genesis, right())));
  expect(results.map((one) => (one.status === "rejected" ? one.reason.code : "held"))).toEqual([
    "held",
    "held",
    "held",
    "LOGIN_BUSY",
  ]);
});

test("a thread that dies costs the login that it had, no other", async () => {
  const { proofs, genesis } = start({ threads: 1 });
  const open = right();
  const broken = { ...open, login: { ...open.login, nullifier: "no number" as "0x" } };
  const lost = proofs.verify(genesis, broken);
  const next = proofs.verify(genesis, right());
  await expect(lost).rejects.toThrow(SyntaxError);
  await next;
});

test("stopping refuses what waits, and what comes", async () => {
  const { proofs, genesis } = start({ threads: 1 });
  const waiting = Promise.allSettled([1, 2].map(() => proofs.verify(genesis, right())));
  await proofs.stop();
  for (const result of await waiting) {
    expect(result).toMatchObject({ status: "rejected", reason: { code: "CHAIN_STOPPED" } });
  }
  await expect(proofs.verify(genesis, right())).rejects.toThrow(code("CHAIN_STOPPED"));
});
