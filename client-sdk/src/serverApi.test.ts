import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { MAX_RESPONSE_BYTES } from "./limits.ts";
import { createServerApi } from "./serverApi.ts";

/** An HTTP server that answers whatever the test wants. */
let server: Server;
let url: URL;
let answer: { status: number; body: string };
let asked: string | undefined;

beforeAll(async () => {
  server = createServer((request, response) => {
    asked = request.url;
    response.writeHead(answer.status, { "content-type": "application/json" });
    response.end(answer.body);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
afterAll(() => new Promise((resolve) => server.close(resolve)));

const ask = (status: number, body: unknown) => {
  answer = { status, body: typeof body === "string" ? body : JSON.stringify(body) };
  return createServerApi(url, fetch).info();
};

const info = {
  version: "0.1.0",
  fastChainId: 5701,
  zkChainId: 5700,
  fastRpcUrl: "http://localhost:8545/fast",
  zkRpcUrl: "http://localhost:8545/zk",
  games: ["tally"],
  logins: ["wallet"],
  gameLogins: { tally: { logins: ["wallet"], season: 0 } },
  faucet: true,
  nowMs: 1000,
};

test("what a server says of itself; what it says besides is left out", async () => {
  expect(await ask(200, { ...info, motto: "hello" })).toEqual(info);
});

test("a path in the server's address stays in front", async () => {
  answer = { status: 200, body: JSON.stringify(info) };
  await createServerApi(new URL("/play/", url), fetch).info();
  expect(asked).toBe("/play/weft");
});

test("a server's refusal keeps its code", async () => {
  const refusal = ask(403, { error: { code: "PASS_NOT_OWNED", message: "not yours" } });
  await expect(refusal).rejects.toMatchObject({
    name: "ServerError",
    code: "PASS_NOT_OWNED",
    message: "not yours",
    details: { status: 403 },
  });
});

test.each([
  ["an object with a wrong field", 200, { ...info, zkChainId: -1 }],
  ["another server's page", 404, "<html>"],
  ["an error without a code", 500, { error: "oops" }],
  ["nothing", 200, ""],
  ["too much", 200, " ".repeat(MAX_RESPONSE_BYTES + 1)],
])("RESPONSE_INVALID for %s", async (_, status, body) => {
  await expect(ask(status, body)).rejects.toMatchObject({ code: "RESPONSE_INVALID" });
});

test("SERVER_UNREACHABLE, with the cause", async () => {
  const cause = new Error("no network");
  const api = createServerApi(url, () => Promise.reject(cause));
  await expect(api.info()).rejects.toMatchObject({ code: "SERVER_UNREACHABLE", cause });
});
