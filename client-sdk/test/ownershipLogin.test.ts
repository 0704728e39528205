import { contractAddresses } from "@weft/contracts";
import { tally } from "@weft/game/testing";
import type { Address } from "@weft/protocol";
import type { GameServer } from "@weft/rooms";
import type { PublicClient } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readPassProof } from "../src/chain/passProof.ts";
import { createClient, createIdentity, type Identity, type LoginProgress } from "../src/index.ts";
import { newPlayer, type Player, startServer } from "./startServer.ts";

const contract = contractAddresses.gamePass.toLowerCase() as Address;

let server: GameServer;
let url: string;
let alice: Player;
let identity: Identity;

beforeAll(async () => {
  ({ server, url } = await startServer());
  alice = await newPlayer(url);
  identity = await createIdentity(alice.account);
  await alice.wallet.bindPass({ pass: alice.pass, identity });
});
afterAll(() => server.stop());

const logIn = (change: object = {}) =>
  alice.client.login({ identity, pass: alice.pass, game: tally, ...change });

/** Proving takes all cores, of which there may be few, with others at work on them. */
const TIMEOUT_MS = 300_000;

describe("a login by ownership proof", { timeout: TIMEOUT_MS }, () => {
  test("opens a session whose prizes go to the identity's own account, and plays", async () => {
    const progress: LoginProgress[] = [];
    const session = await logIn({ onProgress: (step: LoginProgress) => progress.push(step) });
    expect(session.payout).toBe(identity.payoutAccount.address.toLowerCase());
    expect([...new Set(progress.map(({ phase }) => phase))]).toEqual([
      "state",
      "circuit",
      "proving",
      "opening",
    ]);
    const shares = progress.filter(({ phase }) => phase === "proving").map(({ share }) => share);
    expect(shares).toEqual(shares.toSorted((a, b) => a - b));
    expect(shares.at(-1)).toBe(1);
    const room = await session.join(tally);
    await room.waitForFinality(room.act.add({ n: 1 }).seq, "sequenced");
    await room.leave();
    await session.logout();
  });

  test("takes the place of the session before it, of the same pass", async () => {
    const first = await logIn();
    const second = await logIn();
    expect(second.id).not.toBe(first.id);
    await expect(first.join(tally)).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
    await (await second.join(tally)).leave();
  });

  test("`payout` can be another address, and the proof is bound to it", async () => {
    const payout = privateKeyToAccount(generatePrivateKey()).address;
    const session = await logIn({ payout });
    expect(session.payout).toBe(payout.toLowerCase());
  });

  test("IDENTITY_NOT_BOUND for a pass that is bound to another identity, or to none", async () => {
    const other = await createIdentity(privateKeyToAccount(generatePrivateKey()));
    await expect(logIn({ identity: other })).rejects.toMatchObject({
      code: "IDENTITY_NOT_BOUND",
      details: { pass: alice.pass, bound: true },
    });
    await expect(logIn({ pass: alice.pass + 1n })).rejects.toMatchObject({
      code: "IDENTITY_NOT_BOUND",
      details: { bound: false },
    });
  });

  test("ABORTED ends the proving", async () => {
    const stop = new AbortController();
    const onProgress = ({ phase }: LoginProgress) => phase === "proving" && stop.abort();
    await expect(logIn({ signal: stop.signal, onProgress })).rejects.toMatchObject({
      code: "ABORTED",
    });
  });

  test("PROVER_UNAVAILABLE when no worker can be made", async () => {
    const createWorker = () => {
      throw new Error("the policy forbids it");
    };
    const client = createClient({ url, prover: { createWorker } });
    const login = client.login({ identity, pass: alice.pass, game: tally });
    await expect(login).rejects.toMatchObject({ code: "PROVER_UNAVAILABLE" });
  });

  test("OPTIONS_INVALID for what is no pass, or a bucket of no size", async () => {
    for (const change of [{ pass: -1n }, { pass: 1n << 64n }, { passBucketSize: 0 }]) {
      await expect(logIn(change)).rejects.toMatchObject({ code: "OPTIONS_INVALID" });
    }
  });

  test("LOGIN_UNSUPPORTED where the server has none", async () => {
    const fetch = async (...request: Parameters<typeof globalThis.fetch>) => {
      const response = await globalThis.fetch(...request);
      if (!String(request[0]).endsWith("/weft")) return response;
      const { ownership, ...info } = (await response.json()) as Record<string, unknown>;
      expect(ownership).toBeDefined();
      return Response.json(info);
    };
    const login = createClient({ url, fetch }).login({ identity, pass: alice.pass, game: tally });
    await expect(login).rejects.toMatchObject({ code: "LOGIN_UNSUPPORTED" });
  });
});

describe("reading a pass's state", () => {
  /** The node, with an ear on what it is asked, and a hand on what it answers. */
  function tapped(change: (answer: AccountAnswer) => void = () => {}) {
    const { zk } = alice.client;
    const asked: unknown[] = [];
    const request = async (call: { method: string; params: unknown }) => {
      asked.push(call);
      const answer = await zk.request(call as never);
      change(answer as AccountAnswer);
      return answer;
    };
    return { zk: { getBlock: zk.getBlock, request } as unknown as PublicClient, asked };
  }
  type AccountAnswer = { storage: { slot: string; proof: { siblings: string[] } }[] };

  test("asks the same for every pass of a bucket", async () => {
    const questions = [];
    for (const pass of [64n, 101n, 127n]) {
      const { zk, asked } = tapped();
      await readPassProof(zk, { contract, pass, bucketSize: 64 });
      expect(asked).toHaveLength(1);
      questions.push(asked);
    }
    expect(questions[1]).toEqual(questions[0]);
    expect(questions[2]).toEqual(questions[0]);
    const { zk, asked } = tapped();
    await readPassProof(zk, { contract, pass: 128n, bucketSize: 64 });
    expect(asked).not.toEqual(questions[0]);
  });

  test("asks for larger buckets in several questions, all at one block", async () => {
    const { zk, asked } = tapped();
    const { commitment } = await readPassProof(zk, {
      contract,
      pass: alice.pass,
      bucketSize: 150,
    });
    expect(commitment).toBe(BigInt(identity.commitment));
    const questions = asked as { params: [string, string[], string] }[];
    expect(questions.map(({ params }) => params[1].length)).toEqual([64, 64, 22]);
    expect(new Set(questions.map(({ params }) => params[2])).size).toBe(1);
  });

  test("RESPONSE_INVALID for a proof that doesn't hold, or of something else", async () => {
    const changes: ((answer: AccountAnswer) => void)[] = [
      ({ storage }) => {
        for (const { proof } of storage) proof.siblings.reverse();
      },
      ({ storage }) => storage.reverse(),
      ({ storage }) => storage.pop(),
      (answer) => Object.assign(answer, { storage: null }),
    ];
    for (const change of changes) {
      const { zk } = tapped(change);
      const read = readPassProof(zk, { contract, pass: alice.pass, bucketSize: 8 });
      await expect(read).rejects.toMatchObject({ code: "RESPONSE_INVALID" });
    }
  });
});
