import { createHash } from "node:crypto";
import { ownershipArtifacts } from "@weft/circuits";
import { gameItemsAbi } from "@weft/contracts";
import { createMemoryStore, Ledger } from "@weft/ledger";
import { faultOf, verifyLedger } from "@weft/node";
import {
  type Address,
  chainId,
  decodeFastTransaction,
  type ErrorResponse,
  encodeFastTransaction,
  type FastTransaction,
  FIELD_MODULUS,
  fieldToHash,
  hexToBytes,
  type LedgerHeight,
  LOGOUT_GAME,
  type LoginResponse,
  MAX_LOGIN_ROOT_AGE_MS,
  type OpenSession,
  type OwnershipProof,
  ownershipBinding,
  sessionIdOf,
  timestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { ARTIFACTS_BURST, MAX_TICKET_AGE_MS, MAX_TICKET_AHEAD_MS } from "../src/limits.ts";
import { type OwnershipRequest, PassHolder, type ProofChange } from "./passHolder.ts";
import { type Answer, call, RawPlayer } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

const games = {
  tally: createTally({ seconds: 1, minPlayers: 1 }),
  /** The same, for wallets only, and for proofs only. */
  open: { ...createTally(), name: "open", login: ["wallet" as const] },
  masked: { ...createTally(), name: "masked", login: ["ownership" as const] },
};

/** A proof takes seconds where many tests share the machine. */
const PROVING_TIMEOUT_MS = 120_000;

let test1: TestServer;
/** Owns the pass on the ZK chain. */
let holder: PassHolder;
/** Two devices of the holder's. */
let phone: RawPlayer;
let laptop: RawPlayer;
const payout = privateKeyToAccount(generatePrivateKey()).address.toLowerCase() as Address;
/** Two logins that nothing is wrong with: the phone's, whose prizes go to `payout`, and the laptop's. */
let right: OwnershipRequest;
let onLaptop: OwnershipRequest;

beforeAll(async () => {
  test1 = await startServer({ games });
  const { url, server } = test1;
  const wallet = new RawPlayer(url);
  await wallet.visitFaucet();
  holder = new PassHolder(wallet, server.node);
  await holder.bind();
  phone = new RawPlayer(url);
  laptop = new RawPlayer(url);
  right = await holder.request(phone, { grant: { payout } });
  onLaptop = await holder.request(laptop);
}, PROVING_TIMEOUT_MS);
afterAll(() => test1?.server.stop());
afterEach(() => {
  vi.useRealTimers();
});

const send = (request: unknown): Promise<Answer<LoginResponse>> =>
  call<LoginResponse>(test1.url, "/weft/login", request);

async function codeOf(request: unknown): Promise<string | undefined> {
  const { status, body } = await send(request);
  expect(status).toBeGreaterThanOrEqual(400);
  return (body as ErrorResponse).error.code;
}

/** The phone's, signed at this moment. */
const withLogin = (change: object) => ({
  grant: right.grant,
  login: { ...right.login, ...holder.signed(phone, right.grant), ...change },
});
/** With another grant than the proof's, signed for. */
const withGrant = (change: object, by: RawPlayer = phone) => {
  const grant = { ...right.grant, ...change };
  return { grant, login: { ...right.login, ...holder.signed(by, grant) } };
};
const sessionOf = ({ grant }: OwnershipRequest) =>
  test1.server.node.fastChain.session(sessionIdOf(test1.server.node.fastChainId, grant));

describe("a login is refused", () => {
  /** What a proof is made for instead, and what the server says of it. */
  type Foreign = readonly [what: string, code: string, change: () => Promise<ProofChange>];
  const foreign: readonly Foreign[] = [
    [
      "the contract: one of the prover's own, with the commitment in the same slot",
      "LOGIN_CONTRACT_WRONG",
      async () => ({ contract: await holder.imitateGamePass() }),
    ],
    ["the season", "LOGIN_SEASON_WRONG", async () => ({ season: 1 })],
    ["the game", "LOGIN_SCOPE_WRONG", async () => ({ grant: { ...right.grant, game: "open" } })],
    ["the ZK chain", "LOGIN_SCOPE_WRONG", async () => ({ zkChainId: chainId(1) })],
    ["the fast chain", "LOGIN_SCOPE_WRONG", async () => ({ fastChainId: chainId(1) })],
    [
      "the session's key",
      "LOGIN_BINDING_WRONG",
      async () => ({ grant: { ...right.grant, sessionKey: laptop.sessionKey } }),
    ],
    [
      "the payout address",
      "LOGIN_BINDING_WRONG",
      async () => ({ grant: { ...right.grant, payout: laptop.address } }),
    ],
    [
      "the expiry",
      "LOGIN_BINDING_WRONG",
      async () => ({
        grant: { ...right.grant, expiresAtMs: timestampMs(right.grant.expiresAtMs - 1) },
      }),
    ],
  ];

  test.each(foreign)(
    "whose proof is for something else: %s (%s); LOGIN_PROOF_INVALID when that is hidden",
    async (_what, code, change) => {
      const asked = { grant: right.grant, ...(await change()) };
      const { login } = await holder.request(phone, asked);
      const { issuedAtMs, signature } = holder.signed(phone, right.grant);
      expect(await codeOf({ grant: right.grant, login: { ...login, issuedAtMs, signature } })).toBe(
        code,
      );
      // Told as if it were for this session; the root is the proof's own, and one of the chain's.
      const { contract, season, scope, binding } = right.login;
      const lie = { ...login, contract, season, scope, binding, issuedAtMs, signature };
      expect(await codeOf({ grant: right.grant, login: lie })).toBe("LOGIN_PROOF_INVALID");
    },
    PROVING_TIMEOUT_MS,
  );

  test("whose proof somebody else has made, and now wants the session for their own key", async () => {
    const stolen = withGrant({ sessionKey: laptop.sessionKey, payout: laptop.address }, laptop);
    expect(await codeOf(stolen)).toBe("LOGIN_BINDING_WRONG");
    const binding = fieldToHash(ownershipBinding(test1.server.node.fastChainId, stolen.grant));
    const lie = { ...stolen, login: { ...stolen.login, binding } };
    expect(await codeOf(lie)).toBe("LOGIN_PROOF_INVALID");
  });

  test("whose proof is wrong: another session's, of zeros, with a bit flipped", async () => {
    const { proof } = right.login;
    const flipped = proof.replace(/.$/, (digit) => (digit === "0" ? "1" : "0"));
    for (const wrong of [flipped, onLaptop.login.proof, `0x${"00".repeat(256)}`]) {
      expect(await codeOf(withLogin({ proof: wrong }))).toBe("LOGIN_PROOF_INVALID");
    }
    expect(await codeOf(withLogin({ nullifier: fieldToHash(7n) }))).toBe("LOGIN_PROOF_INVALID");
  });

  test("whose nullifier is written otherwise", async () => {
    const alias = fieldToHash(BigInt(right.login.nullifier) + FIELD_MODULUS);
    expect(await codeOf(withLogin({ nullifier: alias }))).toBe("LOGIN_NULLIFIER_INVALID");
  });

  test("against a state that never was, or not after that block", async () => {
    const stateRoot = fieldToHash(7n);
    expect(await codeOf(withLogin({ stateRoot }))).toBe("LOGIN_ROOT_UNKNOWN");
    const { zkNumber } = right.login;
    for (const other of [zkNumber - 1, zkNumber + 1, 2 ** 53 - 1]) {
      expect(await codeOf(withLogin({ zkNumber: other }))).toBe("LOGIN_ROOT_UNKNOWN");
    }
  });

  test("that the session key didn't sign, now", async () => {
    const { grant } = right;
    const at = (ms: number) => withLogin(holder.signed(phone, grant, timestampMs(Date.now() + ms)));
    expect(await codeOf(at(-MAX_TICKET_AGE_MS - 1000))).toBe("LOGIN_EXPIRED");
    expect(await codeOf(at(MAX_TICKET_AHEAD_MS + 5000))).toBe("LOGIN_EXPIRED");
    expect(await codeOf(withLogin(holder.signed(laptop, grant)))).toBe("LOGIN_SIGNATURE_INVALID");
    const { issuedAtMs, signature: earlier } = holder.signed(phone, grant);
    const moved = { issuedAtMs: issuedAtMs + 1, signature: earlier };
    expect(await codeOf(withLogin(moved))).toBe("LOGIN_SIGNATURE_INVALID");
    // Nor will one do that the session key gave for something else.
    phone.sessionId = sessionIdOf(test1.server.node.fastChainId, grant);
    const { ticket, signature } = await phone.ticket({ issuedAtMs });
    expect(ticket.issuedAtMs).toBe(issuedAtMs);
    expect(await codeOf(withLogin({ issuedAtMs, signature }))).toBe("LOGIN_SIGNATURE_INVALID");
  });

  test("of a game that takes only wallets, or only proofs: LOGIN_TYPE_REFUSED", async () => {
    expect(await codeOf(withGrant({ game: "open" }))).toBe("LOGIN_TYPE_REFUSED");
    const byWallet = (game: string) => holder.wallet.login({ grant: { game } });
    expect((await byWallet("masked")).body.error?.code).toBe("LOGIN_TYPE_REFUSED");
    expect((await byWallet("open")).status).toBe(200);
  });

  test("of a game that isn't there, for too long", async () => {
    expect(await codeOf(withGrant({ game: "chess" }))).toBe("GAME_UNKNOWN");
    const expiresAtMs = Date.now() + 25 * 3_600_000;
    expect(await codeOf(withGrant({ expiresAtMs }))).toBe("GRANT_TOO_LONG");
  });

  test("that isn't of its form", async () => {
    const { proof, nullifier, ...without } = right.login;
    for (const login of [
      { ...right.login, proof: proof.slice(0, -2) },
      { ...right.login, proof: proof.toUpperCase() },
      { ...right.login, nullifier: nullifier.slice(2) },
      { ...right.login, season: -1 },
      { ...right.login, zkNumber: 0.5 },
      { ...right.login, pass: "7" },
      without,
    ]) {
      expect(await codeOf({ ...right, login })).toBe("REQUEST_INVALID");
    }
    expect(await codeOf({ ...right, more: 1 })).toBe("REQUEST_INVALID");
  });
});

describe("a session", () => {
  /** The login anew: its proof is as good as before, so who has the session's key may use it again. */
  const again = ({ grant, login }: OwnershipRequest, by: RawPlayer): OwnershipRequest => ({
    grant,
    login: { ...login, ...holder.signed(by, grant) },
  });

  /** That of the two logins whose session isn't open. */
  const closedOne = () =>
    sessionOf(right) === undefined ? again(right, phone) : again(onLaptop, laptop);

  test("opens for a proof, and the same request again is refused: SESSION_EXISTS", async () => {
    const request = again(right, phone);
    const { status, body } = await send(request);
    expect(status).toBe(200);
    phone.sessionId = body.sessionId;
    expect(sessionOf(right)).toMatchObject({
      login: "ownership",
      subject: right.login.nullifier,
      grant: right.grant,
    });
    expect(await codeOf(request)).toBe("SESSION_EXISTS");
  });

  test("plays, and its prizes go to the payout that the proof binds", async () => {
    const room = await phone.join();
    await room.next("round", ({ phase }) => phase === "opened");
    room.act("add", { by: 5 });
    room.seal();
    const news = await room.next("round", ({ phase }) => phase === "reported");
    expect(news).toMatchObject({ minted: [{ to: payout, item: "crown" }] });
    const [minted] = (news as { minted: readonly { tokenId: string }[] }).minted;
    const { zkClient, contracts } = test1.server.node;
    const owner = await zkClient.readContract({
      abi: gameItemsAbi,
      address: contracts.gameItems,
      functionName: "ownerOf",
      args: [BigInt(minted?.tokenId ?? -1)],
    });
    expect(owner.toLowerCase()).toBe(payout);
    await room.leave();
  });

  test("gives way to the pass's next one; what is in the ledger doesn't bring it back", async () => {
    expect(onLaptop.login.nullifier).toBe(right.login.nullifier);
    expect((await send(again(onLaptop, laptop))).status).toBe(200);
    expect(sessionOf(right)).toBeUndefined();
    // All of the first login can be read there, but for a signature of now.
    expect(await codeOf(again(right, laptop))).toBe("LOGIN_SIGNATURE_INVALID");
    expect(sessionOf(onLaptop)).toBeDefined();
  });

  test("two at once for one pass: the later in the ledger stays", async () => {
    laptop.sessionId = sessionIdOf(test1.server.node.fastChainId, onLaptop.grant);
    const { ticket, signature } = await laptop.ticket({ game: LOGOUT_GAME });
    const { status } = await call(test1.url, "/weft/logout", {
      sessionId: laptop.sessionId,
      issuedAtMs: ticket.issuedAtMs,
      signature,
    });
    expect(status).toBe(200);
    const answers = await Promise.all([send(again(right, phone)), send(again(onLaptop, laptop))]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    const isOpen = [right, onLaptop].map((request) => sessionOf(request) !== undefined);
    expect(isOpen.toSorted()).toEqual([false, true]);
    const [first = 0, second = 0] = answers.map(({ body }) => body.height);
    if (first !== second) expect(isOpen).toEqual([first > second, second > first]);
  });

  test("the same request twice at once opens one session", async () => {
    const twice = closedOne();
    const answers = await Promise.all([send(twice), send(twice)]);
    expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 409]);
    const [refused] = answers.filter(({ status }) => status === 409);
    expect(refused?.body.error?.code).toBe("SESSION_EXISTS");
    expect(sessionOf(twice)).toBeDefined();
  });

  test("of a pass that has changed hands still opens while the proof's state is recent", async () => {
    await holder.transfer(test1.server.node.operator.address);
    expect((await send(closedOne())).status).toBe(200);
  });

  test("of such a pass opens no more when the state isn't: LOGIN_ROOT_STALE", async () => {
    const late = Date.now() + MAX_LOGIN_ROOT_AGE_MS + 60_000;
    vi.useFakeTimers({ toFake: ["Date"], now: late });
    expect(await codeOf(closedOne())).toBe("LOGIN_ROOT_STALE");
  });

  test("of such a pass can't be proven against the state after it", async () => {
    await expect(holder.request(phone)).rejects.toMatchObject({ code: "IDENTITY_NOT_BOUND" });
  });
});

describe("the ledger with all these logins", () => {
  /** The same blocks anew, hash links and all, but for logins that a forger has changed, in the first block with any. */
  function forge(change: (open: OwnershipLogin) => FastTransaction) {
    const { ledger, fastChainId } = test1.server.node;
    const proposer = ledger.head?.header.proposer ?? ZERO_ADDRESS;
    const { chainIds } = ledger;
    const forged = new Ledger({ store: createMemoryStore(), chainIds, proposer });
    let height: number | undefined;
    for (const { header, transactions } of ledger.blocks({ fromHeight: 0 as LedgerHeight })) {
      const { chainId, stateRoot, timestampMs } = header;
      const decoded = chainId === fastChainId ? transactions.map(decodeFastTransaction) : [];
      const isTarget = height === undefined && decoded.some(isOwnershipLogin);
      if (isTarget) height = header.height;
      const changed = decoded.map((one) =>
        encodeFastTransaction(isOwnershipLogin(one) ? change(one) : one),
      );
      const kept = isTarget ? changed : transactions;
      forged.propose({ chainId, stateRoot, timestampMs, transactions: kept });
    }
    return { forged, height };
  }

  const isOwnershipLogin = (one: FastTransaction): one is OwnershipLogin =>
    one.type === "openSession" && one.login.type === "ownership";
  type OwnershipLogin = FastTransaction & OpenSession & { login: OwnershipProof };

  const verify = (ledger: Ledger) => {
    const { fastChainId, zkChainId } = test1.server.node;
    return verifyLedger({ ledger, fastChainId, zkChainId });
  };

  test("stands up to being verified", async () => {
    const { heights } = await verify(test1.server.node.ledger);
    expect(heights).toBeGreaterThan(10);
    const { forged } = forge((open) => open);
    expect((await verify(forged)).heights).toBe(heights);
    await forged.close();
  });

  test.each<[string, (open: OwnershipLogin) => FastTransaction]>([
    [
      "with a bit of the proof flipped",
      ({ login, ...open }) => ({
        ...open,
        login: { ...login, proof: login.proof.with(255, (login.proof[255] ?? 0) ^ 1) },
      }),
    ],
    [
      "with the proof of another session of the same pass",
      ({ login, ...open }) => ({
        ...open,
        login: { ...login, proof: hexToBytes(onLaptop.login.proof) },
      }),
    ],
    [
      "with another payout address, for whom the proof isn't",
      ({ grant, ...open }) => ({ ...open, grant: { ...grant, payout: laptop.address } }),
    ],
  ])("is found to be forged %s, with the height of the login", async (_how, change) => {
    const { forged, height } = forge(change);
    const error = await verify(forged).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ code: "LEDGER_INVALID", details: { height } });
    expect(faultOf(error)).toMatchObject({ height, code: "LOGIN_PROOF_INVALID" });
    await forged.close();
  });
});

describe("the files to prove with", () => {
  test("are told, with what each game takes", async () => {
    const { body } = await call<Record<string, unknown>>(test1.url, "/weft");
    const { wasm, zkey } = ownershipArtifacts;
    const path = (sha256: string, ending: string) => `/weft/circuits/${sha256}.${ending}`;
    expect(body).toMatchObject({
      logins: ["wallet", "ownership"],
      gameLogins: {
        tally: { logins: ["wallet", "ownership"], season: 0 },
        open: { logins: ["wallet"], season: 0 },
        masked: { logins: ["ownership"], season: 0 },
      },
      ownership: {
        contract: test1.server.node.contracts.gamePass.toLowerCase(),
        artifacts: {
          wasm: { sha256: wasm.sha256, sizeBytes: wasm.sizeBytes, path: path(wasm.sha256, "wasm") },
          zkey: { sha256: zkey.sha256, sizeBytes: zkey.sizeBytes, path: path(zkey.sha256, "zkey") },
        },
      },
    });
  });

  const { wasm, zkey } = ownershipArtifacts;
  const get = (path: string, init: RequestInit = {}) => fetch(`${test1.url}${path}`, init);

  test.each([
    ["wasm", wasm, "application/wasm"],
    ["zkey", zkey, "application/octet-stream"],
  ] as const)("come whole, compressed or not: %s", async (ending, { sha256, sizeBytes }, type) => {
    const path = `/weft/circuits/${sha256}.${ending}`;
    for (const encoding of ["gzip", "identity"]) {
      // One connection after another, so that an answer that isn't ended would be found.
      const headers = { "accept-encoding": encoding, origin: "https://game.example" };
      const response = await get(path, { headers });
      expect(response.status).toBe(200);
      expect(response.headers.get("content-type")).toBe(type);
      expect(response.headers.get("cache-control")).toContain("immutable");
      expect(response.headers.get("access-control-allow-origin")).toBe("https://game.example");
      expect(response.headers.get("content-encoding")).toBe(encoding === "gzip" ? "gzip" : null);
      const bytes = new Uint8Array(await response.arrayBuffer());
      expect(bytes.length).toBe(sizeBytes);
      expect(createHash("sha256").update(bytes).digest("hex")).toBe(sha256);
    }
  });

  test("aren't sent again to who has them, and not for a HEAD", async () => {
    const path = `/weft/circuits/${wasm.sha256}.wasm`;
    const head = await get(path, { method: "HEAD", headers: { "accept-encoding": "identity" } });
    expect(head.headers.get("content-length")).toBe(String(wasm.sizeBytes));
    expect(await head.text()).toBe("");
    const etag = head.headers.get("etag") ?? "";
    const again = await get(path, { headers: { "if-none-match": etag } });
    expect(again.status).toBe(304);
  });

  test("others aren't there: ARTIFACT_UNKNOWN", async () => {
    for (const name of [`${wasm.sha256}.zkey`, `${"0".repeat(64)}.wasm`, "..%2fpackage.json"]) {
      const { status, body } = await call<ErrorResponse>(test1.url, `/weft/circuits/${name}`);
      expect([status, body.error?.code]).toEqual([404, "ARTIFACT_UNKNOWN"]);
    }
  });

  test("aren't given to everybody at once: RATE_LIMITED", async () => {
    const path = `/weft/circuits/${wasm.sha256}.wasm`;
    const statuses = new Set<number>();
    for (let i = 0; i < 20 * ARTIFACTS_BURST && !statuses.has(429); i += 20) {
      const some = Array.from({ length: 20 }, () => get(path, { method: "HEAD" }));
      for (const { status } of await Promise.all(some)) statuses.add(status);
    }
    expect(statuses).toEqual(new Set([200, 429]));
  });
});
