import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer, text } from "node:stream/consumers";
import { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { NetworkThread } from "./networkThread.ts";
import { CLIENT_HEADER, type NetworkMemory, type Opening } from "./protocol.ts";
import type { RemoteSocket } from "./remoteSocket.ts";

const secret = "a secret";
const MAX_PAYLOAD = 4 * 1024;
const PATIENT = { timeout: 30_000 };

let folder: string;
let target: string;
let behind: Server;
let thread: NetworkThread;
let port: number;
let clients: WebSocket[];
let opened: { socket: RemoteSocket; opening: Opening }[];
let died: Error[];
let startWorker: ((memory: NetworkMemory) => Worker) | undefined;
let worker: Worker;

/** The thread as it is, and a handle on it. */
function startKept(workerData: NetworkMemory): Worker {
  worker = new Worker(new URL("./networkWorker.ts", import.meta.url), { workerData });
  return worker;
}

async function start(): Promise<void> {
  opened = [];
  died = [];
  thread = new NetworkThread({
    onOpened: (socket, opening) => opened.push({ socket, opening }),
    onProblem: (error) => died.push(error),
    onDied: (error) => died.push(error),
    startWorker: startWorker ?? startKept,
  });
  const at = {
    port: 0,
    host: "127.0.0.1",
    backlog: undefined,
    target,
    secret,
    maxPayload: MAX_PAYLOAD,
  };
  port = await thread.listen(at);
}

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-network-"));
  target = join(folder, "http");
  clients = [];
  startWorker = undefined;
  behind = createServer().listen(target);
  await once(behind, "listening");
  await start();
});

afterEach(async () => {
  for (const client of clients) client.terminate();
  await thread.end(100);
  behind.close();
  behind.closeAllConnections();
  await rm(folder, { recursive: true });
});

type Connected = {
  readonly client: WebSocket;
  readonly socket: RemoteSocket;
  readonly opening: Opening;
  readonly received: Buffer[];
  /** At the server's end. */
  readonly got: { bytes: Buffer; isBinary: boolean }[];
};

async function connected(path = "/a/room?sessionId=one"): Promise<Connected> {
  const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, { headers: { "x-mark": "yes" } });
  clients.push(client);
  const received: Buffer[] = [];
  client.on("message", (data: Buffer) => received.push(data));
  client.on("error", () => {});
  const count = opened.length;
  await once(client, "open");
  await expect.poll(() => opened.length, PATIENT).toBe(count + 1);
  const { socket, opening } = opened[count] as (typeof opened)[number];
  const got: Connected["got"] = [];
  socket.on("message", (bytes: Buffer, isBinary: boolean) => got.push({ bytes, isBinary }));
  return { client, socket, opening, received, got };
}

const ofSize = (size: number, fill = size % 251) => Buffer.alloc(size, fill);

describe("a connection", () => {
  test("comes with all that Colyseus looks at", async () => {
    const { opening } = await connected("/process/room?sessionId=%20x");
    expect(opening).toMatchObject({
      url: "/process/room?sessionId=%20x",
      headers: { "x-mark": "yes" },
      remoteAddress: "127.0.0.1",
    });
  });

  test("takes messages of all lengths, in order, of bytes and of text", async () => {
    const { client, got } = await connected();
    const sizes = [0, 1, 125, 126, 127, MAX_PAYLOAD];
    for (const size of sizes) client.send(ofSize(size));
    client.send("text");
    await expect.poll(() => got.length, PATIENT).toBe(sizes.length + 1);
    expect(got.slice(0, -1).map(({ bytes }) => bytes)).toEqual(sizes.map((size) => ofSize(size)));
    expect(got.map(({ isBinary }) => isBinary)).toEqual([...sizes.map(() => true), false]);
    expect(got.at(-1)?.bytes.toString()).toBe("text");
  });

  test("is sent messages of all lengths, also of more than lies between the threads", async () => {
    const { socket, received } = await connected();
    const sizes = [0, 1, 125, 126, 127, 65_535, 65_536, 3_000_000, 9_000_000, 1];
    for (const size of sizes) socket.send(ofSize(size));
    socket.sendAll([ofSize(3), ofSize(4)]);
    socket.send([1, 2, 3]);
    await expect.poll(() => received.length, PATIENT).toBe(sizes.length + 3);
    const sent = [...[...sizes, 3, 4].map((size) => ofSize(size)), Buffer.of(1, 2, 3)];
    expect(received.map((one, i) => one.equals(sent[i] as Buffer))).toEqual(sent.map(() => true));
    await expect.poll(() => socket.bufferedAmount, PATIENT).toBe(0);
  });

  test("is cut when a message is longer than may be", async () => {
    const { client, socket } = await connected();
    const errors: Error[] = [];
    socket.on("error", (error) => errors.push(error));
    client.send(ofSize(MAX_PAYLOAD + 1));
    const [code] = await once(client, "close");
    expect(code).toBe(1009);
    await expect.poll(() => socket.readyState, PATIENT).toBe(WebSocket.CLOSED);
    expect(errors.map(({ message }) => message)).toEqual(["Max payload size exceeded"]);
  });
});

describe("an end", () => {
  test("by the client arrives with code and reason, after what it sent", async () => {
    const { client, socket, got } = await connected();
    client.send(ofSize(9));
    client.close(4321, "why not");
    const [code, reason] = await once(socket, "close");
    expect([code, String(reason)]).toEqual([4321, "why not"]);
    expect(got).toHaveLength(1);
    expect(socket.readyState).toBe(WebSocket.CLOSED);
    expect(() => socket.send(ofSize(1))).not.toThrow();
    for (const act of ["terminate", "pause", "resume"] as const)
      expect(() => socket[act]()).not.toThrow();
  });

  test("by the server arrives with code and reason, after all that was sent", async () => {
    const { client, socket, received } = await connected();
    let done = 0;
    socket.send(ofSize(2_000_000), undefined, () => done++);
    socket.close(4100, "enough");
    socket.send(ofSize(1), undefined, (error) => done + (error === undefined ? 0 : 1));
    const closed = once(socket, "close");
    const [code, reason] = await once(client, "close");
    expect([code, String(reason)]).toEqual([4100, "enough"]);
    expect(received.map(({ length }) => length)).toEqual([2_000_000]);
    await closed;
    expect(done).toBe(1);
  });

  test("without a code, or with one that nobody may send, is an end all the same", async () => {
    const one = await connected();
    one.socket.close();
    expect((await once(one.client, "close"))[0]).toBe(1005);
    const other = await connected();
    other.socket.close(1);
    expect((await once(other.client, "close"))[0]).toBe(1006);
  });

  test("without a word is seen at once", async () => {
    const one = await connected();
    one.client.terminate();
    expect((await once(one.socket, "close"))[0]).toBe(1006);
    const other = await connected();
    other.socket.terminate();
    await once(other.client, "close");
    await expect.poll(() => other.socket.readyState, PATIENT).toBe(WebSocket.CLOSED);
  });

  test("frees its number, and who gets it next has nothing of it", async () => {
    for (let i = 0; i < 5; i++) {
      const { client, socket, received, got } = await connected();
      expect(socket.bufferedAmount).toBe(0);
      client.send(ofSize(1, i));
      socket.send(ofSize(2, i));
      await expect.poll(() => [got.length, received.length], PATIENT).toEqual([1, 1]);
      expect(received[0]).toEqual(ofSize(2, i));
      client.close();
      await once(socket, "close");
    }
  });
});

describe("too much", () => {
  test("for a client that doesn't read is counted, until it does", async () => {
    const { client, socket, received } = await connected();
    client.pause();
    const size = 1_000_000;
    let sent = 0;
    // What the kernel takes is as good as read.
    do {
      socket.send(ofSize(size));
      sent++;
      await new Promise((resolve) => setImmediate(resolve));
    } while (sent < 200 && (sent < 20 || socket.bufferedAmount < 2 * size));
    expect(socket.bufferedAmount).toBeGreaterThanOrEqual(2 * size);
    expect(socket.sendAll([ofSize(1)])).toBe(false);
    client.resume();
    await expect.poll(() => received.length, PATIENT).toBe(sent + 1);
    await expect.poll(() => socket.bufferedAmount, PATIENT).toBe(0);
    expect(socket.sendAll([ofSize(1)])).toBe(true);
  });

  test("from one client keeps nobody waiting, and nothing of it is lost", async () => {
    const flood = await connected();
    const other = await connected();
    const messages = 60_000;
    const order: string[] = [];
    flood.socket.on("message", () => order.push("flood"));
    other.socket.on("message", () => order.push("other"));
    for (let i = 0; i < messages; i++) {
      const bytes = Buffer.alloc(64);
      bytes.writeUInt32BE(i);
      flood.client.send(bytes);
    }
    other.client.send(ofSize(8));
    // Nobody reads meanwhile.
    const untilMs = performance.now() + 500;
    while (performance.now() < untilMs);
    await expect.poll(() => flood.got.length, PATIENT).toBe(messages);
    expect(flood.got.every(({ bytes }, i) => bytes.readUInt32BE() === i)).toBe(true);
    expect(order.indexOf("other")).toBeLessThan(messages / 10);
  });

  test("from many clients waits in their sockets, and nothing of it is lost", async () => {
    const many: Connected[] = [];
    for (let i = 0; i < 60; i++) many.push(await connected());
    const messages = 200;
    for (const { client } of many) for (let i = 0; i < messages; i++) client.send(ofSize(1_000, i));
    const untilMs = performance.now() + 500;
    while (performance.now() < untilMs);
    await expect.poll(() => many.every(({ got }) => got.length === messages), PATIENT).toBe(true);
    for (const { got } of many) {
      expect(got.every(({ bytes }, i) => bytes[0] === ofSize(1_000, i)[0])).toBe(true);
    }
  });

  test("from who is paused isn't read, whatever else goes on", async () => {
    const one = await connected();
    const other = await connected();
    one.socket.pause();
    other.client.send(ofSize(1));
    await expect.poll(() => other.got.length, PATIENT).toBe(1);
    for (let i = 0; i < 1_000; i++) one.client.send(ofSize(100));
    for (let i = 0; i < 1_000; i++) other.client.send(ofSize(100));
    await expect.poll(() => other.got.length, PATIENT).toBe(1_001);
    expect(one.got).toHaveLength(0);
    one.socket.resume();
    await expect.poll(() => one.got.length, PATIENT).toBe(1_000);
  });
});

describe("HTTP", () => {
  const answer = async (sent: IncomingMessage) => ({
    status: sent.statusCode,
    headers: sent.headers,
    body: await text(sent),
  });

  /** @param body Empty for a request without one. */
  async function ask(options: object, body = "") {
    const sent = request({ port, host: "127.0.0.1", ...options }).end(body);
    const [response] = (await once(sent, "response")) as [IncomingMessage];
    return answer(response);
  }

  test("goes to the server behind, and its answers back, as they are", async () => {
    behind.on("request", async (asked: IncomingMessage, response) => {
      const { method, url, headers } = asked;
      response.writeHead(201, "Made", [
        ["set-cookie", "a=1"],
        ["set-cookie", "b=2"],
      ] as never);
      const length = (await buffer(asked)).length;
      response.end(JSON.stringify({ method, url, length, agent: headers["user-agent"] }));
    });
    const headers = { "user-agent": "a test", "content-length": 50_000 };
    const long = "x".repeat(50_000);
    // Beyond what the guard takes of a client, only GET and what has little to say.
    expect((await ask({ method: "POST", path: "/a?b=c", headers }, long)).status).toBe(413);
    const posted = await ask(
      { method: "POST", path: "/a?b=c", headers: { "user-agent": "a test", "content-length": 3 } },
      "abc",
    );
    expect(posted.status).toBe(201);
    expect(posted.headers["set-cookie"]).toEqual(["a=1", "b=2"]);
    expect(JSON.parse(posted.body)).toEqual({
      method: "POST",
      url: "/a?b=c",
      length: 3,
      agent: "a test",
    });
    const headed = await ask({ method: "HEAD", path: "/" });
    expect([headed.status, headed.body]).toEqual([201, ""]);
  });

  test("says whose request it is, whatever the client says", async () => {
    behind.on("request", ({ headers }: IncomingMessage, response) => {
      response.end(headers[CLIENT_HEADER]);
    });
    const headers = { [CLIENT_HEADER]: "8.8.8.8" };
    expect((await ask({ path: "/", headers })).body).toBe("a secret 127.0.0.1");
  });

  test("that can't be is refused, and costs the server behind nothing", async () => {
    behind.on("request", (_, response) => response.end());
    expect((await ask({ path: "/", headers: { host: "a b" } })).status).toBe(400);
    const broken = connect(port, "127.0.0.1").end("\0\0\0\0\r\n\r\n");
    expect(await text(broken)).toMatch(/^HTTP\/1.1 400 /);
    expect((await ask({ path: "/" })).status).toBe(200);
  });

  test("has an answer when the server behind hangs up, and an end when the client does", async () => {
    behind.on("request", (asked: IncomingMessage) => {
      if (asked.url === "/gone") asked.socket.destroy();
    });
    expect((await ask({ path: "/gone" })).status).toBe(502);
    const waiting = once(behind, "request") as Promise<[IncomingMessage]>;
    const sent = request({ port, host: "127.0.0.1", path: "/waits" });
    sent.on("error", () => {});
    sent.end();
    const [asked] = await waiting;
    asked.on("error", () => {});
    const closed = new Promise((resolve) => asked.once("close", resolve));
    sent.destroy();
    await closed;
  });

  test("is upgraded only where there is a URL", async () => {
    const socket = connect(port, "127.0.0.1");
    socket.write("GET http://[ HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    await once(socket.resume(), "close");
    expect(opened).toHaveLength(0);
    await connected();
  });
});

describe("the thread", () => {
  test("that can't listen says why, and ends", async () => {
    const other = new NetworkThread({ onOpened() {}, onProblem() {}, onDied() {} });
    const at = { port, host: "127.0.0.1", backlog: undefined, target, secret, maxPayload: 1 };
    await expect(other.listen(at)).rejects.toMatchObject({ code: "EADDRINUSE" });
    await other.end(1_000);
  });

  test("that dies takes all connections with it, and it is told", async () => {
    const { client, socket } = await connected();
    const closed = Promise.all([once(socket, "close"), once(client, "close")]);
    await worker.terminate();
    expect((await closed).map(([code]) => code)).toEqual([1006, 1006]);
    expect(died).toHaveLength(1);
    for (const act of ["terminate", "close"] as const) expect(() => socket[act]()).not.toThrow();
  });

  test("that never comes up is an error of listening", async () => {
    const broken = () => new Worker("throw new Error('broken on purpose');", { eval: true });
    const other = new NetworkThread({
      onOpened() {},
      onProblem() {},
      onDied() {},
      startWorker: broken,
    });
    const at = { port, host: "127.0.0.1", backlog: undefined, target, secret, maxPayload: 1 };
    await expect(other.listen(at)).rejects.toThrow("broken on purpose");
  });

  test("takes nobody more once it has stopped listening, and keeps who is there", async () => {
    const { client, got } = await connected();
    thread.stopListening();
    await expect
      .poll(async () => {
        const late = connect(port, "127.0.0.1");
        return await new Promise((resolve) => {
          late.once("connect", () => resolve(late.destroy() && "in"));
          late.once("error", ({ code }: NodeJS.ErrnoException) => resolve(code));
        });
      }, PATIENT)
      .toBe("ECONNREFUSED");
    client.send(ofSize(5));
    await expect.poll(() => got.length, PATIENT).toBe(1);
  });

  test("ends when those are gone who were told to go", async () => {
    const { client, socket } = await connected();
    socket.close(4000);
    const closed = once(client, "close");
    thread.stopListening();
    // Far longer than the test may take.
    await thread.end(1_000_000);
    expect((await closed)[0]).toBe(4000);
    expect(died).toEqual([]);
  });

  test("cuts off who doesn't go", async () => {
    const { client } = await connected();
    const closed = once(client, "close");
    thread.stopListening();
    await thread.end(50);
    expect((await closed)[0]).toBe(1006);
  });
});
