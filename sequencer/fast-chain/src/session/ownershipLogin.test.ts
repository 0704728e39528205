import { createMemoryStore, Ledger } from "@weft/ledger";
import {
  type ChainNumber,
  decodeFastTransaction,
  encodeFastTransaction,
  FIELD_MODULUS,
  type LedgerHeight,
  MAX_LOGIN_ROOT_AGE_MS,
  MAX_LOGIN_ROOT_BLOCKS,
  sessionIdOf,
  timestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FastChainError } from "../errors.ts";
import { FastReplay } from "../replay/fastReplay.ts";
import { createPlayer, createTestChain, FAST, type TestChain, trapdoor, ZK } from "../testChain.ts";
import type { OwnershipOpen } from "./ownershipProof.ts";
import { fieldHex, orderZkBlock, ownershipOpen, rootOf } from "./testOwnership.ts";

const alice = createPlayer(1);
const bob = createPlayer(2);
const code = (expected: string) => expect.objectContaining({ code: expected });

const submit = ({ chain }: TestChain, open: OwnershipOpen) =>
  chain.submit({ type: "openSession", ...open });

/** A chain with a ZK block to prove against. */
function begin() {
  const chain = createTestChain();
  const zkNumber = orderZkBlock(chain);
  return { chain, zkNumber };
}

function replay(ledger: Ledger): FastReplay {
  const replayed = new FastReplay(ledger);
  for (const block of ledger.blocks({ fromHeight: 0 as LedgerHeight })) {
    if (block.header.chainId === FAST) replayed.apply(block);
  }
  return replayed;
}

/** Something else in the fast chain: its block moves the time that ages count up to. */
async function makeFastBlock({ chain }: TestChain): Promise<void> {
  const deposit = { asset: ZERO_ADDRESS, recipient: alice.address, amount: 1n };
  const zkNumber = 0 as ChainNumber;
  await chain.submit({ type: "deposit", nonce: chain.deposits, zkNumber, ...deposit });
}

describe("a login by ownership proof", () => {
  test("opens a session whose subject is the nullifier; a new one with the same replaces it", async () => {
    const { chain: test, zkNumber } = begin();
    const closed: [string, string][] = [];
    test.chain.onSessionClosed(({ id }, reason) => closed.push([id, reason]));
    await submit(test, ownershipOpen(alice.grant, { nullifier: 7n, zkNumber }));
    expect(test.chain.session(alice.sessionId)).toMatchObject({
      login: "ownership",
      subject: fieldHex(7n),
      zkNumber,
    });
    await submit(test, ownershipOpen(bob.grant, { nullifier: 7n, zkNumber }));
    expect(closed).toEqual([[alice.sessionId, "replaced"]]);
    const grant = { ...alice.grant, expiresAtMs: timestampMs(alice.grant.expiresAtMs + 1) };
    await submit(test, ownershipOpen(grant, { nullifier: 8n, zkNumber }));
    expect(test.chain.session(bob.sessionId)).toBeDefined();
    expect(test.chain.session(sessionIdOf(FAST, grant))).toBeDefined();
    expect(replay(test.ledger).state.currentRoot()).toBeDefined();
  });

  test("the same one again is refused while its session is open", async () => {
    const { chain: test, zkNumber } = begin();
    const open = ownershipOpen(alice.grant, { nullifier: 7n, zkNumber });
    await submit(test, open);
    await expect(submit(test, open)).rejects.toThrow(code("SESSION_EXISTS"));
  });

  test("the later of two at the same time has the session, in the ledger's order", async () => {
    const { chain: test, zkNumber } = begin();
    const opens = [alice, bob].map(({ grant }) =>
      ownershipOpen(grant, { nullifier: 7n, zkNumber }),
    );
    const [first, second] = await Promise.all(opens.map((open) => submit(test, open)));
    expect(first?.index).toBeLessThan(second?.index ?? 0);
    expect(test.chain.session(alice.sessionId)).toBeUndefined();
    expect(test.chain.session(bob.sessionId)).toBeDefined();
    const { state } = replay(test.ledger);
    expect([...state.sessions()].map(({ id }) => id)).toEqual([bob.sessionId]);
  });
});

describe("a login is refused", () => {
  const zkNumber = 0 as ChainNumber;
  const open = ownershipOpen(alice.grant, { nullifier: 7n, zkNumber });
  const withLogin = (change: Partial<OwnershipOpen["login"]>) => ({
    ...open,
    login: { ...open.login, ...change },
  });
  const withGrant = (change: Partial<OwnershipOpen["grant"]>) => ({
    ...open,
    grant: { ...open.grant, ...change },
  });
  const flipped = open.login.proof.with(255, (open.login.proof[255] ?? 0) ^ 1);
  const later = timestampMs(alice.grant.expiresAtMs + 1);

  test.each<[string, string, OwnershipOpen]>([
    [
      "of another session key",
      "LOGIN_PROOF_INVALID",
      withGrant({ sessionKey: bob.grant.sessionKey }),
    ],
    ["of another payout", "LOGIN_PROOF_INVALID", withGrant({ payout: bob.address })],
    ["of another expiry", "LOGIN_PROOF_INVALID", withGrant({ expiresAtMs: later })],
    ["of another game", "LOGIN_PROOF_INVALID", withGrant({ game: "chess" })],
    ["of another season", "LOGIN_PROOF_INVALID", withLogin({ season: 1 })],
    ["of another nullifier", "LOGIN_PROOF_INVALID", withLogin({ nullifier: fieldHex(8n) })],
    ["with a bit flipped", "LOGIN_PROOF_INVALID", withLogin({ proof: flipped })],
    ["of zeros", "LOGIN_PROOF_INVALID", withLogin({ proof: new Uint8Array(256) })],
    [
      "with another name for its nullifier",
      "LOGIN_NULLIFIER_INVALID",
      withLogin({ nullifier: fieldHex(7n + FIELD_MODULUS) }),
    ],
    ["against a root that never was", "LOGIN_ROOT_UNKNOWN", withLogin({ stateRoot: rootOf(9) })],
    [
      "with another name for its root",
      "LOGIN_ROOT_UNKNOWN",
      withLogin({ stateRoot: fieldHex(BigInt(rootOf(0)) + FIELD_MODULUS) }),
    ],
    [
      "against a block that isn't there yet",
      "LOGIN_ROOT_UNKNOWN",
      ownershipOpen(alice.grant, { nullifier: 7n, zkNumber: 1 as ChainNumber }),
    ],
    [
      "with a key that isn't one",
      "LOGIN_MESSAGE_INVALID",
      withGrant({ sessionKey: `0x${"01".repeat(64)}` }),
    ],
  ])("that is %s", async (_name, expected, wrong) => {
    const { chain: test } = begin();
    const before = [...(await stateOf(test))];
    await expect(submit(test, wrong)).rejects.toThrow(code(expected));
    expect([...(await stateOf(test))]).toEqual(before);
    // The world is as it should be: without the change it is let in.
    await submit(test, open);
  });

  const stateOf = async ({ chain }: TestChain) => [
    chain.session(alice.sessionId),
    chain.session(bob.sessionId),
  ];

  test("whose contract or chains are others than the chain's own", async () => {
    const { zkChainId, chainId, gamePass } = createTestChain().chain.genesis;
    const genesis = { zkChainId, chainId, gamePass, ownershipKey: trapdoor().key };
    const { verifyOwnershipProof } = await import("./ownershipProof.ts");
    const base = { ...genesis, portal: ZERO_ADDRESS, timestampMs: timestampMs(0) };
    verifyOwnershipProof(base, open);
    for (const change of [{ gamePass: ZERO_ADDRESS }, { zkChainId: FAST }, { chainId: ZK }]) {
      expect(() => verifyOwnershipProof({ ...base, ...change }, open)).toThrow(
        code("LOGIN_PROOF_INVALID"),
      );
    }
    expect(() =>
      verifyOwnershipProof({ ...base, ownershipKey: new Uint8Array(832) }, open),
    ).toThrow(code("OWNERSHIP_KEY_INVALID"));
  });
});

describe("a root's age", () => {
  test("counts in ZK blocks up to the fast block before", async () => {
    const { chain: test, zkNumber } = begin();
    const open = ownershipOpen(alice.grant, { nullifier: 7n, zkNumber });
    for (let i = 1; i < MAX_LOGIN_ROOT_BLOCKS; i++) orderZkBlock(test);
    await makeFastBlock(test);
    await submit(test, open);
    orderZkBlock(test);
    // The fast chain's newest block is older than that one.
    await submit(test, ownershipOpen(bob.grant, { nullifier: 7n, zkNumber }));
    const third = { ...bob.grant, payout: alice.address };
    await expect(submit(test, ownershipOpen(third, { nullifier: 7n, zkNumber }))).rejects.toThrow(
      code("LOGIN_ROOT_STALE"),
    );
    replay(test.ledger);
  });

  test("counts in time from the next ZK block on", async () => {
    const { chain: test, zkNumber } = begin();
    const login = (payout: number) => {
      const grant = { ...alice.grant, payout: `0x${String(payout).padStart(40, "0")}` as const };
      return submit(test, ownershipOpen(grant, { nullifier: 7n, zkNumber }));
    };
    test.advance(2 * MAX_LOGIN_ROOT_AGE_MS);
    await makeFastBlock(test);
    // The newest root is never stale: idle chains make no blocks.
    await login(1);
    orderZkBlock(test);
    test.advance(MAX_LOGIN_ROOT_AGE_MS);
    await makeFastBlock(test);
    await login(2);
    test.advance(1);
    await makeFastBlock(test);
    await expect(login(3)).rejects.toThrow(code("LOGIN_ROOT_STALE"));
    replay(test.ledger);
  });

  test("is the same for the host and for every replay, whatever comes between", async () => {
    const step = fc.oneof(
      { weight: 3, arbitrary: fc.constant("zk" as const) },
      { weight: 3, arbitrary: fc.constant("fast" as const) },
      { weight: 4, arbitrary: fc.record({ back: fc.nat({ max: 3 }) }) },
      { weight: 2, arbitrary: fc.record({ ms: fc.nat({ max: 2 * MAX_LOGIN_ROOT_AGE_MS }) }) },
    );
    const outcomes = new Set<string>();
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 15, maxLength: 25 }), async (steps) => {
        const { chain: test } = begin();
        let index = 0;
        const logins: Promise<string>[] = [];
        for (const one of steps) {
          if (one === "zk") orderZkBlock(test);
          else if (one === "fast") await makeFastBlock(test);
          else if ("ms" in one) test.advance(one.ms);
          else {
            const head = test.ledger.chainHead(ZK)?.header.number ?? 0;
            const zkNumber = Math.max(0, head - one.back) as ChainNumber;
            const grant = {
              ...alice.grant,
              payout: `0x${String(++index).padStart(40, "0")}` as const,
            };
            const login = submit(test, ownershipOpen(grant, { nullifier: 7n, zkNumber }));
            logins.push(
              login.then(
                () => "taken",
                (error: FastChainError) => error.code,
              ),
            );
          }
        }
        for (const outcome of await Promise.all(logins)) outcomes.add(outcome);
        // Throws where a replay finds a login that it would have refused.
        replay(test.ledger);
      }),
      { numRuns: 12, seed: 7 },
    );
    expect([...outcomes].sort()).toEqual(["LOGIN_ROOT_STALE", "taken"]);
  });
});

test("a replay finds a login whose proof was changed in the ledger, by its height", async () => {
  const { chain: test, zkNumber } = begin();
  const { height } = await submit(test, ownershipOpen(alice.grant, { nullifier: 7n, zkNumber }));
  const forged = new Ledger({
    store: createMemoryStore(),
    chainIds: test.ledger.chainIds,
    proposer: ZERO_ADDRESS,
  });
  for (const { header, transactions } of test.ledger.blocks({ fromHeight: 0 as LedgerHeight })) {
    const { chainId, stateRoot, timestampMs } = header;
    const isTarget = header.height === height;
    forged.propose({
      ...{ chainId, stateRoot, timestampMs },
      transactions: isTarget ? transactions.map(withAnotherProof) : transactions,
    });
  }
  let found: unknown;
  try {
    replay(forged);
  } catch (error) {
    found = error;
  }
  expect(found).toBeInstanceOf(FastChainError);
  expect(found).toMatchObject({
    code: "BLOCK_INVALID",
    details: { height },
    cause: { code: "LOGIN_PROOF_INVALID" },
  });
});

/** The proof of another session: genuine, but not of this one. */
function withAnotherProof(encoded: Uint8Array): Uint8Array {
  const transaction = decodeFastTransaction(encoded);
  if (transaction.type !== "openSession" || transaction.login.type !== "ownership") return encoded;
  const { zkNumber } = transaction;
  const { proof } = ownershipOpen(bob.grant, { nullifier: 7n, zkNumber }).login;
  return encodeFastTransaction({ ...transaction, login: { ...transaction.login, proof } });
}
