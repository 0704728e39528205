import { once } from "node:events";
import { request } from "node:http";
import { text } from "node:stream/consumers";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { z } from "zod";
import type { Subscriber } from "./caller.ts";
import { createDispatcher } from "./dispatcher.ts";
import { type HttpServer, type HttpServerOptions, startHttpServer } from "./httpServer.ts";
import { MAX_BODY_BYTES, MAX_CONNECTION_SUBSCRIPTIONS } from "./limits.ts";
import { defineMethod, methodTable } from "./method.ts";

/** Calls of `slow` that wait for their end. */
let waiting: (() => void)[];
/** Those who are told of things, as long as they are. */
let subscribers: Set<Subscriber>;
const dispatcher = createDispatcher({
  methods: methodTable({
    echo: defineMethod(z.tuple([z.string()]), ([value]) => value),
    slow: defineMethod(z.tuple([z.string()]), ([value]) => {
      const { promise, resolve } = Promise.withResolvers<number>();
      waiting.push(() => resolve(value.length));
      return promise;
    }),
    subscribe: defineMethod(z.tuple([]), (_, caller) =>
      caller?.subscribe((subscriber) => {
        subscribers.add(subscriber);
        return () => subscribers.delete(subscriber);
      }),
    ),
    unsubscribe: defineMethod(z.tuple([z.string()]), ([id], caller) => caller?.unsubscribe(id)),
  }),
});

let server: HttpServer;
let clients: WebSocket[];
beforeEach(async () => {
  waiting = [];
  subscribers = new Set();
  clients = [];
  await start();
});
afterEach(async () => {
  for (const client of clients) client.terminate();
  for (const finish of waiting) finish();
  await server.stop();
});

async function start(options: Partial<HttpServerOptions> = {}) {
  const dispatchers = new Map([["/zk", dispatcher]]);
  server = await startHttpServer({ host: "127.0.0.1", port: 0, dispatchers, ...options });
}
async function restart(options: Partial<HttpServerOptions>) {
  await server.stop();
  await start(options);
}

const client = (path = "/zk", options = {}) => {
  const socket = new WebSocket(`ws://127.0.0.1:${server.port}${path}`, options);
  socket.on("error", () => {}); // a refused one that is terminated
  clients.push(socket);
  return socket;
};
async function connect(options = {}) {
  const socket = client("/zk", options);
  await once(socket, "open");
  return socket;
}
const closeOf = async (socket: WebSocket) => {
  const [code, reason] = await once(socket, "close");
  return [code, String(reason)];
};
const body = (method: string, params: unknown[], id = 1) =>
  JSON.stringify({ jsonrpc: "2.0", id, method, params });
/** What the server says next. */
async function next(socket: WebSocket) {
  const [data] = await once(socket, "message");
  return JSON.parse(String(data));
}
async function call(socket: WebSocket, method: string, ...params: unknown[]) {
  socket.send(body(method, params));
  return next(socket);
}

describe("WebSockets", () => {
  it("answer calls, batches, and what is wrong", async () => {
    const socket = await connect();
    expect(await call(socket, "echo", "a")).toEqual({ jsonrpc: "2.0", id: 1, result: "a" });
    socket.send(`[${body("echo", ["b"], 2)},${body("echo", ["c"], 3)}]`);
    expect(await next(socket)).toMatchObject([{ result: "b" }, { result: "c" }]);
    socket.send("{");
    expect(await next(socket)).toMatchObject({ id: null, error: { code: -32700 } });
    expect(await call(socket, "none")).toMatchObject({ error: { code: -32601 } });
  });

  it("answer as soon as they can, in any order", async () => {
    const socket = await connect();
    socket.send(body("slow", ["abc"], 7));
    expect(await call(socket, "echo", "a")).toMatchObject({ id: 1 });
    waiting[0]?.();
    expect(await next(socket)).toMatchObject({ id: 7, result: 3 });
  });

  it("tell of what was subscribed to, from after the answer to its end", async () => {
    const socket = await connect();
    // In one batch with a call that takes its time: what happens meanwhile is told after the answer.
    socket.send(`[${body("subscribe", [])},${body("slow", [""], 2)}]`);
    await expect.poll(() => waiting.length).toBe(1);
    const [subscriber] = subscribers;
    subscriber?.tell('"early"');
    waiting[0]?.();
    const messages: unknown[] = [];
    socket.on("message", (data) => messages.push(JSON.parse(String(data))));
    await expect.poll(() => messages.length).toBe(2);
    subscriber?.tell('"late"');
    await expect.poll(() => messages.length).toBe(3);
    const [answer, ...told] = messages as [{ result: string }[], ...unknown[]];
    const [{ result: id } = { result: "" }] = answer;
    expect(id).toMatch(/^0x[0-9a-f]{32}$/);
    const notification = (result: string) => ({
      jsonrpc: "2.0",
      method: "eth_subscription",
      params: { subscription: id, result },
    });
    expect(told).toEqual([notification("early"), notification("late")]);

    socket.removeAllListeners("message");
    expect(await call(socket, "unsubscribe", id)).toMatchObject({ result: true });
    expect(subscribers.size).toBe(0);
    subscriber?.tell('"too late"');
    expect(await call(socket, "unsubscribe", id)).toMatchObject({ result: false });
  });

  it("end subscriptions with the connection", async () => {
    const socket = await connect();
    await call(socket, "subscribe");
    socket.close();
    await expect.poll(() => subscribers.size).toBe(0);
  });

  it("don't end somebody else's subscriptions", async () => {
    const [mine, other] = [await connect(), await connect()];
    const { result: id } = await call(mine, "subscribe");
    expect(await call(other, "unsubscribe", id)).toMatchObject({ result: false });
    expect(subscribers.size).toBe(1);
  });
});

describe("WebSockets refuse", () => {
  it("other paths: 404, and too many: 503", async () => {
    await restart({ maxWebSockets: 1 });
    for (const path of ["/", "/zk/deeper"]) {
      const [, response] = await once(client(path), "unexpected-response");
      expect(response.statusCode).toBe(404);
    }
    const first = await connect();
    const [, response] = await once(client(), "unexpected-response");
    expect(response.statusCode).toBe(503);
    first.close();
    await once(first, "close");
    // The server may hear of it later than the client does.
    const isIn = () =>
      connect().then(
        () => true,
        () => false,
      );
    await expect.poll(isIn).toBe(true);
  });

  it("more subscriptions than a connection may have: SUBSCRIPTION_LIMIT", async () => {
    const socket = await connect();
    for (let i = 0; i < MAX_CONNECTION_SUBSCRIPTIONS; i++) await call(socket, "subscribe");
    const refused = await call(socket, "subscribe");
    expect(refused.error).toMatchObject({ code: -32005, data: { code: "SUBSCRIPTION_LIMIT" } });
    expect(subscribers.size).toBe(MAX_CONNECTION_SUBSCRIPTIONS);
  });

  it("messages that are too large or aren't text", async () => {
    const large = await connect();
    large.send("x".repeat(MAX_BODY_BYTES + 1));
    expect((await closeOf(large))[0]).toBe(1009);
    const binary = await connect();
    binary.send(Buffer.from(body("echo", ["a"])));
    expect(await closeOf(binary)).toEqual([1003, "JSON-RPC is text"]);
  });

  it("to read on from who asks for more than is answered", async () => {
    const socket = await connect();
    const large = "x".repeat(MAX_BODY_BYTES * 0.6);
    for (const id of [1, 2, 3]) socket.send(body("slow", [large], id));
    await expect.poll(() => waiting.length).toBe(2);
    // Another's call goes through the whole server: by then the third would have been read as well.
    expect(await call(await connect(), "echo", "a")).toMatchObject({ result: "a" });
    expect(waiting).toHaveLength(2);
    waiting[0]?.();
    await expect.poll(() => waiting.length).toBe(3);
  });

  it("to keep what a client doesn't read: 1008", async () => {
    const socket = await connect();
    await call(socket, "subscribe");
    socket.pause();
    const news = JSON.stringify("x".repeat(100_000));
    for (const [subscriber] = subscribers; subscribers.size > 0; await turn()) {
      subscriber?.tell(news);
    }
    socket.resume();
    expect(await closeOf(socket)).toEqual([1008, "reads too slowly"]);
  });

  it("to leave a client waiting for what can't come: 1011", async () => {
    const socket = await connect();
    await call(socket, "subscribe");
    const [subscriber] = subscribers;
    subscriber?.fail(new Error("the disk is full"));
    expect(await closeOf(socket)).toEqual([1011, "the node can't tell more"]);
    expect(subscribers.size).toBe(0);
  });

  it("to hold places for clients that are silent: 1006", async () => {
    await restart({ heartbeatMs: 500 });
    const [alive, silent] = [await connect(), await connect({ autoPong: false })];
    expect((await closeOf(silent))[0]).toBe(1006);
    expect(await call(alive, "echo", "a")).toMatchObject({ result: "a" });
  });
});

describe("WebSockets stop", () => {
  it("with 1001, and with answers to what was asked", async () => {
    const socket = await connect();
    socket.send(body("slow", ["abc"]));
    await expect.poll(() => waiting.length).toBe(1);
    const answer = next(socket);
    const closed = closeOf(socket);
    const stopped = server.stop();
    waiting[0]?.();
    expect(await answer).toMatchObject({ result: 3 });
    expect(await closed).toEqual([1001, "the node stops"]);
    await stopped;
  });
});

it("other upgrades stay HTTP requests, as clients of HTTP/2 begin", async () => {
  const headers = { upgrade: "h2c", connection: "upgrade", "content-type": "application/json" };
  const url = `http://127.0.0.1:${server.port}/zk`;
  const asked = request(url, { method: "POST", headers });
  asked.end(body("echo", ["a"]));
  const [response] = await once(asked, "response");
  expect(JSON.parse(await text(response))).toMatchObject({ result: "a" });
});

const turn = () => new Promise((resolve) => setImmediate(resolve));
