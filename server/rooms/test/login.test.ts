import { connect } from "node:net";
import { bytesToHex, type LoginRequest } from "@weft/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { MAX_BODY_BYTES } from "../src/limits.ts";
import { call, type LoginChange, RawPlayer } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

let test1: TestServer;
let owner: RawPlayer;
let stranger: RawPlayer;

beforeAll(async () => {
  test1 = await startServer({ games: { tally: createTally() } });
  owner = new RawPlayer(test1.url);
  stranger = new RawPlayer(test1.url);
  await Promise.all([owner.visitFaucet(), stranger.visitFaucet()]);
});
afterAll(() => test1?.server.stop());

async function codeOf(change: LoginChange): Promise<string | undefined> {
  const { status, body } = await owner.login(change);
  expect(status).toBeGreaterThanOrEqual(400);
  return body.error?.code;
}

describe("a login that is refused", () => {
  test("for a pass that the wallet doesn't own", async () => {
    expect(await codeOf({ pass: stranger.pass })).toBe("PASS_NOT_OWNED");
  });

  test("for a pass that doesn't exist", async () => {
    expect(await codeOf({ pass: "999999" })).toBe("PASS_UNKNOWN");
  });

  test("in the name of the pass's owner, without the owner's signature", async () => {
    const forged = { pass: stranger.pass, owner: stranger.address };
    const message = { address: stranger.account.address };
    expect(await codeOf({ ...forged, message })).toBe("LOGIN_SIGNATURE_INVALID");
    expect(await codeOf(forged)).toBe("LOGIN_MESSAGE_INVALID");
  });

  test("with a message for another site", async () => {
    expect(await codeOf({ message: { domain: "evil.example" } })).toBe("LOGIN_DOMAIN_WRONG");
  });

  test("with a message that grants something else", async () => {
    expect(await codeOf({ message: { resources: [] } })).toBe("LOGIN_MESSAGE_INVALID");
    expect(await codeOf({ message: { chainId: 1 } })).toBe("LOGIN_MESSAGE_INVALID");
  });

  test("with a message that has expired", async () => {
    const expirationTime = new Date(Date.now() - 1000);
    expect(await codeOf({ message: { expirationTime } })).toBe("LOGIN_MESSAGE_INVALID");
  });

  test("with something that isn't an EIP-4361 message", async () => {
    const request = await owner.loginRequest();
    for (const message of ["hello", `${request.login.message} `]) {
      const login = { ...request.login, message };
      const { body } = await call(test1.url, "/weft/login", { ...request, login });
      expect(body.error?.code).toBe("LOGIN_MESSAGE_INVALID");
    }
  });

  test("with a nonce that this server didn't issue, or of a login before", async () => {
    const nonce = "0".repeat(60);
    expect(await codeOf({ message: { nonce } })).toBe("LOGIN_NONCE_UNKNOWN");
    const request = await owner.loginRequest();
    expect((await call(test1.url, "/weft/login", request)).status).toBe(200);
    const { body } = await call(test1.url, "/weft/login", request);
    expect(body.error?.code).toBe("LOGIN_NONCE_UNKNOWN");
  });

  test("for a game that isn't there, for a time that is over or too long", async () => {
    expect(await codeOf({ grant: { game: "chess" } })).toBe("GAME_UNKNOWN");
    const at = (ms: number) => (Date.now() + ms) as LoginRequest["grant"]["expiresAtMs"];
    expect(await codeOf({ grant: { expiresAtMs: at(-1) } })).toBe("GRANT_EXPIRED");
    expect(await codeOf({ grant: { expiresAtMs: at(25 * 3_600_000) } })).toBe("GRANT_TOO_LONG");
  });

  test("with a session key that isn't a point on the curve", async () => {
    const sessionKey = bytesToHex(new Uint8Array(64).fill(7));
    expect(await codeOf({ grant: { sessionKey } })).toBe("SESSION_KEY_INVALID");
  });

  test("with a body that isn't one", async () => {
    const request = await owner.loginRequest();
    const payouts = ["0x12", `0x${"00".repeat(20)}`];
    const paying = payouts.map((payout) => ({ ...request, grant: { ...request.grant, payout } }));
    const bad = [{}, [], "x", ...paying];
    for (const body of bad) {
      const answer = await call(test1.url, "/weft/login", body);
      expect(answer).toMatchObject({ status: 400, body: { error: { code: "REQUEST_INVALID" } } });
    }
    const type = { ...request, login: { ...request.login, type: "telepathy" } };
    const answer = await call(test1.url, "/weft/login", type);
    expect(answer.body.error?.code).toBe("REQUEST_INVALID");
  });
});

describe("a session", () => {
  test("opens, and its holder can close it", async () => {
    const { status, body } = await owner.login({ grant: { payout: stranger.address } });
    expect(status).toBe(200);
    expect(body.height).toBeGreaterThan(0);
    const { ticket, signature } = await owner.ticket({ game: "" });
    const { sessionId, issuedAtMs } = ticket;
    const byStranger = bytesToHex(stranger.sign(new Uint8Array(1)));
    const logout = (by: string) =>
      call(test1.url, "/weft/logout", { sessionId, issuedAtMs, signature: by });
    expect((await logout(byStranger)).body.error?.code).toBe("LOGOUT_SIGNATURE_INVALID");
    expect((await logout(signature)).status).toBe(200);
    expect((await logout(signature)).body.error?.code).toBe("SESSION_UNKNOWN");
  });
});

describe("HTTP", () => {
  test("says what the server is", async () => {
    const { body } = await call(test1.url, "/weft");
    const { node } = test1.server;
    expect(body).toMatchObject({
      fastChainId: node.fastChainId,
      zkChainId: node.zkChainId,
      zkRpcUrl: node.rpc.zkUrl,
      games: ["tally"],
      logins: ["wallet", "ownership"],
      gameLogins: { tally: { logins: ["wallet", "ownership"], season: 0 } },
      faucet: true,
    });
  });

  test("gives each address one gift at a time", async () => {
    const { address } = new RawPlayer(test1.url);
    const ask = () => call(test1.url, "/weft/faucet", { address });
    const answers = await Promise.all([ask(), ask()]);
    const [given, refused] = answers.sort((a, b) => a.status - b.status);
    expect(given?.status).toBe(200);
    expect(refused?.status).toBe(429);
    expect(refused?.body.error?.code).toBe("RATE_LIMITED");
  });

  test("answers browsers of other origins", async () => {
    const headers = { origin: "https://game.example" };
    const { headers: answered } = await fetch(`${test1.url}/weft`, { headers });
    expect(answered.get("access-control-allow-origin")).toBe("https://game.example");
  });

  test.each<[string, string, number]>([
    [
      "a body that isn't JSON",
      "POST /weft/login HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\nContent-Length: 1\r\n\r\n{",
      400,
    ],
    [
      "a body without an end",
      "POST /weft/login HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
      411,
    ],
    [
      "too large a body",
      `POST /matchmake/joinOrCreate/tally HTTP/1.1\r\nHost: a\r\nContent-Length: ${MAX_BODY_BYTES + 1}\r\n\r\n`,
      413,
    ],
    ["a Host that isn't one", "GET /weft HTTP/1.1\r\nHost: a b<\r\n\r\n", 400],
    ["a URL that isn't one", "GET http://[ HTTP/1.1\r\nHost: a\r\n\r\n", 400],
    ["no request at all", "\0\0\0\0\r\n\r\n", 400],
  ])("survives %s", async (_name, text, status) => {
    const port = Number(new URL(test1.url).port);
    const answer = await new Promise<string>((resolve, reject) => {
      const socket = connect(port, "127.0.0.1", () => socket.write(text));
      socket.once("data", (data) => {
        resolve(data.toString());
        socket.destroy();
      });
      socket.once("error", reject);
    });
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect((await call(test1.url, "/weft")).status).toBe(200);
  });

  test("has an end for what it doesn't have", async () => {
    expect((await fetch(`${test1.url}/weft/nothing`)).status).toBe(404);
  });
});
