import { once } from "node:events";
import { request } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ThreadTransport } from "./threadTransport.ts";

let transport: ThreadTransport;
const asked: { url: string | undefined; from: string | undefined; headers: string[] }[] = [];

beforeEach(async () => {
  asked.length = 0;
  transport = new ThreadTransport({ onProblem() {}, onFailed() {} });
  transport.server?.on("request", ({ url, socket, headers }, response) => {
    asked.push({ url, from: socket.remoteAddress, headers: Object.keys(headers) });
    response.end();
  });
  await new Promise<void>((resolve, reject) => {
    transport.listen(0, "127.0.0.1", undefined, (error) => (error ? reject(error) : resolve()));
  });
  transport.secure();
});

afterEach(async () => {
  transport.shutdown();
  await transport.close();
});

test("a request has its client's address, and nothing of how it came", async () => {
  const { status } = await fetch(`http://127.0.0.1:${transport.port}/a?b`);
  expect(status).toBe(200);
  expect(asked).toMatchObject([{ url: "/a?b", from: "127.0.0.1" }]);
  expect(asked[0]?.headers.filter((name) => name.startsWith("x-weft"))).toEqual([]);
});

test("what doesn't come by way of the thread isn't answered", async () => {
  // The server behind, as another process of this machine could find it.
  const socketPath = transport.server?.address() as string;
  for (const headers of [{}, { "x-weft-client": "a guess 127.0.0.1" }]) {
    const sent = request({ socketPath, path: "/", headers }).end();
    const [error] = await once(sent, "error");
    expect(error).toMatchObject({ code: "ECONNRESET" });
  }
  expect(asked).toEqual([]);
});

test("a port that is taken is an error of listening, and nothing stays", async () => {
  const other = new ThreadTransport({ onProblem() {}, onFailed() {} });
  const failed = new Promise((resolve) => {
    other.listen(transport.port, "127.0.0.1", undefined, resolve);
  });
  expect(await failed).toMatchObject({ code: "EADDRINUSE" });
});
