import { ServerError, type Session, type WeftClient } from "@weft/client-sdk";
import { expect, test } from "vitest";
import { LOGIN_PATIENCE_MS } from "./limits.ts";
import { type LoginProgress, openSessions } from "./openSessions.ts";
import type { LoadPlayer } from "./playersFile.ts";

type Fake = {
  /** Refusals of the faucet and of logins, first come, first served. */
  readonly faucet?: string[];
  readonly login?: string[];
  readonly hasFaucet?: boolean;
  readonly waitMs?: number;
};

const refuse = (codes: string[] | undefined) => {
  const code = codes?.shift();
  if (code !== undefined) throw new ServerError(code, "no");
};

/** A server that says no as often as the test wants, and waits that take no time. */
function setUp({ faucet, login, hasFaucet = true, waitMs = 500 }: Fake) {
  const asked: string[] = [];
  const passes: bigint[] = [];
  const progress: LoginProgress[] = [];
  let nowMs = 0;
  const client = {
    info: async () => ({ gameLogins: { tally: { logins: ["wallet"] } }, faucet: hasFaucet }),
    async faucet(address: string) {
      asked.push(address);
      refuse(faucet);
      return { pass: BigInt(asked.length), amountWei: 1n };
    },
    async login({ pass }: { pass: bigint }) {
      refuse(login);
      passes.push(pass);
      return { id: `session of ${pass}` } as unknown as Session;
    },
  } as unknown as WeftClient;
  const open = (count: number, players: LoadPlayer[] = [], signal = new AbortController().signal) =>
    openSessions({
      ...{ client, game: "tally", count, players, signal },
      onProgress: (at) => void progress.push(at),
      nowMs: () => nowMs,
      wait: async () => {
        nowMs += waitMs;
      },
    });
  return { open, asked, passes, progress };
}

const key = (n: number) => `0x${n.toString(16).padStart(64, "0")}`;

test("new players get a wallet and a pass each", async () => {
  const { open, passes, progress } = setUp({});
  const players: LoadPlayer[] = [];
  expect(await open(20, players)).toHaveLength(20);
  expect(new Set(passes).size).toBe(20);
  expect(new Set(players.map((player) => player.key)).size).toBe(20);
  expect(progress.at(-1)).toEqual({ done: 20, total: 20, heldBy: undefined });
});

test("the faucet says not now: it is told, and somebody else asks a little later", async () => {
  const { open, asked, progress } = setUp({ faucet: ["RATE_LIMITED", "RATE_LIMITED"] });
  await open(1);
  expect(progress.map(({ heldBy }) => heldBy)).toEqual(Array(3).fill("faucet RATE_LIMITED"));
  // It remembers for a while who asked in vain.
  expect(new Set(asked).size).toBe(3);
});

test("so do logins, and whoever has a pass stays who they are", async () => {
  const { open, passes, progress } = setUp({ login: ["LOGIN_BUSY"] });
  const players = [{ key: key(1), pass: "7" }];
  await open(1, players);
  expect(passes).toEqual([7n]);
  expect(progress.at(-1)?.heldBy).toBe("login LOGIN_BUSY");
  expect(players).toEqual([{ key: key(1), pass: "7" }]);
});

test("a pass that this server doesn't know is given anew", async () => {
  const { open, passes } = setUp({ login: ["PASS_UNKNOWN"] });
  const players = [{ key: key(1), pass: "7" }];
  await open(1, players);
  expect(passes).toEqual([1n]);
  expect(players).toEqual([{ key: key(1), pass: "1" }]);
});

test("what no waiting helps against, or what has been waited for too long, ends it", async () => {
  const refused = setUp({ login: ["LOGIN_DOMAIN_WRONG"] });
  await expect(refused.open(1)).rejects.toMatchObject({ code: "LOGIN_DOMAIN_WRONG" });
  const held = setUp({ faucet: Array(500).fill("RATE_LIMITED"), waitMs: LOGIN_PATIENCE_MS / 10 });
  await expect(held.open(1)).rejects.toMatchObject({ code: "RATE_LIMITED" });
  const elsewhere = setUp({ login: ["PASS_NOT_OWNED"], hasFaucet: false });
  await expect(elsewhere.open(1, [{ key: key(1), pass: "7" }])).rejects.toMatchObject({
    code: "PASS_NOT_OWNED",
  });
});

test("NO_FAUCET: says how many players are missing", async () => {
  const { open } = setUp({ hasFaucet: false });
  await expect(open(3, [{ key: key(1), pass: "7" }])).rejects.toMatchObject({
    code: "NO_FAUCET",
    details: { players: 1, needed: 3 },
  });
});

test("called off, it ends", async () => {
  const { open } = setUp({});
  await expect(open(2, [], AbortSignal.abort())).rejects.toMatchObject({ name: "AbortError" });
});
