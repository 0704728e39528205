import { once } from "node:events";
import { connect } from "node:net";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { createDispatcher } from "./dispatcher.ts";
import { type HttpServer, startHttpServer } from "./httpServer.ts";
import { MAX_BODY_BYTES } from "./limits.ts";
import { defineMethod, methodTable } from "./method.ts";

let started: (() => void) | undefined;
let finish: ((value: string) => void) | undefined;
const dispatcher = createDispatcher({
  methods: methodTable({
    echo: defineMethod(z.tuple([z.string()]), ([value]) => value.length),
    slow: defineMethod(z.tuple([]), () => {
      const result = new Promise<string>((resolve) => {
        finish = resolve;
      });
      started?.();
      return result;
    }),
  }),
});
const start = (port = 0) =>
  startHttpServer({ host: "127.0.0.1", port, dispatchers: new Map([["/zk", dispatcher]]) });

let server: HttpServer;
let url: string;
beforeAll(async () => {
  server = await start();
  url = `http://127.0.0.1:${server.port}/zk`;
});
afterAll(() => server.stop());

const echo = (value: string) =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method: "echo", params: [value] });
const post = (body: string | Uint8Array<ArrayBuffer>, headers: Record<string, string> = {}) =>
  fetch(url, { method: "POST", body, headers: { "content-type": "application/json", ...headers } });

describe("HTTP server", () => {
  it("answers a POST, and lets any page read it", async () => {
    const response = await post(echo("abc"));
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toBe("application/json");
    expect(response.headers.get("access-control-allow-origin")).toBe("*");
    expect(await response.json()).toEqual({ jsonrpc: "2.0", id: 1, result: 3 });
  });

  it("takes a trailing slash and a query", async () => {
    const response = await fetch(`${url}/?key=1`, { method: "POST", body: echo("abc") });
    expect(response.status).toBe(415); // fetch says text/plain
    const json = { "content-type": "application/json; charset=utf-8" };
    const again = await fetch(`${url}/?key=1`, { method: "POST", body: echo("a"), headers: json });
    expect(again.status).toBe(200);
  });

  it("answers a browser's preflight", async () => {
    const response = await fetch(url, { method: "OPTIONS" });
    expect(response.status).toBe(204);
    expect(response.headers.get("access-control-allow-methods")).toContain("POST");
    expect(response.headers.get("access-control-allow-headers")).toBe("*");
  });

  it("answers notifications without a body", async () => {
    const response = await post(JSON.stringify({ jsonrpc: "2.0", method: "echo", params: ["a"] }));
    expect([response.status, await response.text()]).toEqual([204, ""]);
  });

  it.each<[number, string, RequestInit]>([
    [404, "/", { method: "POST", body: "{}" }],
    [404, "/zk/deeper", { method: "POST", body: "{}" }],
    [404, "//", { method: "POST", body: "{}" }],
    [405, "/zk", { method: "GET" }],
    [405, "/zk", { method: "PUT", body: "{}" }],
    [415, "/zk", { method: "POST", body: "a=b", headers: { "content-type": "text/html" } }],
  ])("refuses with %i: %s %j", async (status, path, init) => {
    const response = await fetch(`http://127.0.0.1:${server.port}${path}`, init);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ id: null, error: { code: -32600 } });
  });

  it("takes the largest body, and refuses one byte more", async () => {
    const room = MAX_BODY_BYTES - echo("").length;
    expect(await (await post(echo("a".repeat(room)))).json()).toMatchObject({ result: room });
    expect((await post(echo("a".repeat(room + 1)))).status).toBe(413);
  });

  it("counts the bytes of a body that doesn't say its length", async () => {
    const socket = connect(server.port, "127.0.0.1");
    const head = "POST /zk HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n";
    const chunk = Buffer.concat([
      Buffer.from("10000\r\n"),
      Buffer.alloc(0x10000, " "),
      Buffer.from("\r\n"),
    ]);
    const chunks = MAX_BODY_BYTES / 0x10000 + 1;
    socket.write(head);
    for (let i = 0; i < chunks; i++) socket.write(chunk);
    let answer = "";
    socket.setEncoding("utf8").on("data", (part) => {
      answer += part;
    });
    // What the server doesn't read any more may end the connection with a reset.
    socket.on("error", () => {});
    await once(socket, "close").catch(() => {});
    expect(answer).toMatch(/^HTTP\/1.1 413 .*connection: close/is);
  });

  it("answers bytes that aren't UTF-8 or JSON", async () => {
    const response = await post(Uint8Array.of(0xff, 0xfe, 0));
    expect(await response.json()).toMatchObject({ error: { code: -32700 } });
  });

  it("survives what isn't HTTP, and clients that go away", async () => {
    for (const bytes of ["\0\0\0\r\n\r\n", "POST /zk HTTP/1.1\r\nContent-Length: x\r\n\r\n"]) {
      const socket = connect(server.port, "127.0.0.1");
      socket.write(bytes);
      expect(await text(socket)).toContain("400 Bad Request");
    }
    const socket = connect(server.port, "127.0.0.1");
    await once(socket, "connect");
    socket.write("POST /zk HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n{");
    socket.destroy();
    expect((await post(echo("a"))).status).toBe(200);
  });

  it("says that a port is taken: LISTEN_FAILED", async () => {
    await expect(start(server.port)).rejects.toMatchObject({
      code: "LISTEN_FAILED",
      details: { port: server.port },
    });
  });

  it("finishes what is under way when it stops", async () => {
    const other = await start();
    const begun = new Promise<void>((resolve) => {
      started = resolve;
    });
    const response = fetch(`http://127.0.0.1:${other.port}/zk`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ jsonrpc: "2.0", id: 1, method: "slow", params: [] }),
    });
    await begun;
    const stopped = other.stop();
    finish?.("done");
    expect(await (await response).json()).toMatchObject({ result: "done" });
    await stopped;
    await other.stop();
    await expect(fetch(`http://127.0.0.1:${other.port}/zk`)).rejects.toThrow();
  });
});

describe("pages", () => {
  const body = Buffer.from("<p>a page");
  const asked: unknown[] = [];
  const pages = [
    {
      path: "/page",
      async answer(request: { url: string; acceptsGzip: boolean }) {
        asked.push(request);
        return { status: 200, headers: { "content-type": "text/html" }, body };
      },
    },
    { path: "/broken", answer: () => Promise.reject(new Error("a bug")) },
  ];
  let pageServer: HttpServer;
  const get = (path: string, init?: RequestInit) =>
    fetch(`http://127.0.0.1:${pageServer.port}${path}`, init);

  beforeAll(async () => {
    const dispatchers = new Map([["/zk", dispatcher]]);
    pageServer = await startHttpServer({ host: "127.0.0.1", port: 0, dispatchers, pages });
  });
  afterAll(() => pageServer.stop());

  it("are served at their path and below, beside the chains", async () => {
    const page = await get("/page/a.html?b=1");
    expect(await page.text()).toBe("<p>a page");
    expect(page.headers.get("content-type")).toBe("text/html");
    await get("/page", { headers: { "accept-encoding": "identity" } });
    expect(asked).toEqual([
      { url: "/page/a.html?b=1", acceptsGzip: true },
      { url: "/page", acceptsGzip: false },
    ]);
    const json = { "content-type": "application/json" };
    const call = await get("/zk", { method: "POST", body: echo("abc"), headers: json });
    expect(await call.json()).toMatchObject({ result: 3 });
    expect((await get("/pages")).status).toBe(404);
  });

  it("answer to GET and HEAD alone", async () => {
    const head = await get("/page", { method: "HEAD" });
    expect(head.headers.get("content-length")).toBe(String(body.length));
    expect(await head.text()).toBe("");
    const post = await get("/page", { method: "POST", body: "x" });
    expect([post.status, post.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
  });

  it("that fail end their own connection and nothing else", async () => {
    await expect(get("/broken")).rejects.toThrow();
    expect((await get("/page")).status).toBe(200);
  });
});
