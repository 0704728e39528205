import { EventEmitter, once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Client } from "@colyseus/core";
import { WebSocketClient } from "@colyseus/ws-transport";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocketServer, type WebSocket as WsSocket } from "ws";
import { type RemoteNetwork, RemoteSocket } from "../network/remoteSocket.ts";
import { bundle, bundled as bundledFor } from "./bundle.ts";

/** A client of the transport for ws, and what the standard's client at the other end gets of it. */
type Connected = {
  readonly client: Client;
  /** Of the server's end. */
  readonly socket: Socket;
  readonly received: Buffer[];
  /** Resolves with the code when the other end has seen it closed. */
  readonly closed: Promise<number>;
};

/** Who was behind, since the last look. */
const behind: Client[] = [];
const bundled = (run: () => void) => bundledFor(run, (client) => behind.push(client));

let server: Server;
let sockets: WebSocketServer;
const pages: WebSocket[] = [];

async function start(perMessageDeflate = false): Promise<void> {
  server = createServer();
  sockets = new WebSocketServer({ server, perMessageDeflate });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
}

async function connect(): Promise<Connected> {
  const { port } = server.address() as AddressInfo;
  const page = new WebSocket(`ws://127.0.0.1:${port}`);
  page.binaryType = "arraybuffer";
  pages.push(page);
  const received: Buffer[] = [];
  page.addEventListener("message", ({ data }) => received.push(Buffer.from(data)));
  const closed = new Promise<number>((resolve) =>
    page.addEventListener("close", ({ code }) => resolve(code)),
  );
  const [ref, request] = (await once(sockets, "connection")) as [WsSocket, { socket: Socket }];
  const client = new WebSocketClient("a client", ref) as unknown as Client;
  bundle(client);
  return { client, socket: request.socket, received, closed };
}

/** All that was sent has arrived. */
async function arrived({ client, received }: Connected): Promise<Buffer[]> {
  const last = Buffer.from("the last one");
  client.raw(last);
  await expect.poll(() => received.at(-1)?.equals(last), { timeout: 30_000 }).toBe(true);
  return received.slice(0, -1);
}

function countWrites(socket: Socket): () => number {
  let writes = 0;
  const write = socket.write.bind(socket) as (...of: unknown[]) => boolean;
  socket.write = (...of: unknown[]) => {
    writes++;
    return write(...of);
  };
  return () => writes;
}

beforeEach(() => void behind.splice(0));

afterEach(async () => {
  for (const page of pages.splice(0)) page.close();
  for (const socket of sockets.clients) socket.terminate();
  sockets.close();
  server.close();
  await once(server, "close");
});

const bytes = (...sizes: number[]) => sizes.map((size, i) => Buffer.alloc(size, i + 1));

describe("with ws", () => {
  beforeEach(() => start());

  test("what a client is sent is one write, for each client its own, in its order", async () => {
    const [one, other] = [await connect(), await connect()];
    const [stamp, patch, finality] = bytes(20, 300, 30) as [Buffer, Buffer, Buffer];
    const writes = [one, other].map(({ socket }) => countWrites(socket));
    bundled(() => {
      one.client.raw(stamp);
      for (const { client } of [one, other]) client.raw(patch);
      one.client.raw(finality);
      expect(writes.map((count) => count())).toEqual([0, 0]);
    });
    expect(writes.map((count) => count())).toEqual([1, 1]);
    expect(await arrived(one)).toEqual([stamp, patch, finality]);
    expect(await arrived(other)).toEqual([patch]);
  });

  test("messages of any size arrive as they were, in their order, bundled or not", async () => {
    const one = await connect();
    const edges = fc.constantFrom(0, 1, 125, 126, 127, 4_000, 4_096, 65_535, 65_536, 70_000);
    const sizes = fc.array(fc.oneof(edges, fc.nat({ max: 300 })), { maxLength: 6 });
    const turns = fc.array(fc.record({ sizes, isBundled: fc.boolean() }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(turns, async (list) => {
        one.received.length = 0;
        for (const turn of list) {
          const sendAll = () => {
            for (const message of bytes(...turn.sizes)) one.client.raw(message);
          };
          if (turn.isBundled) bundled(sendAll);
          else sendAll();
        }
        const expected = list.flatMap((turn) => bytes(...turn.sizes));
        const got = await arrived(one);
        expect(got.map(({ length }) => length)).toEqual(expected.map(({ length }) => length));
        expect(Buffer.concat(got).equals(Buffer.concat(expected))).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test("what a client was sent before it is closed comes before, what it is sent after doesn't", async () => {
    const one = await connect();
    const [before, after] = bytes(10, 20) as [Buffer, Buffer];
    bundled(() => {
      one.client.raw(before);
      one.client.leave(4104, "too slow");
      one.client.raw(after);
    });
    expect(await one.closed).toBe(4104);
    expect(one.received).toEqual([before]);
  });

  test("what can't be bundled goes out behind what was sent before it", async () => {
    const one = await connect();
    const [first, second, third] = bytes(10, 20, 30) as [Buffer, Buffer, Buffer];
    const done = new Promise((resolve) => {
      bundled(() => {
        one.client.raw(first);
        one.client.raw(second, undefined, resolve);
        one.client.raw(third);
      });
    });
    await done;
    expect(await arrived(one)).toEqual([first, second, third]);
  });

  test("a bundle within another goes out with it, also when something throws", async () => {
    const one = await connect();
    const [first, second] = bytes(10, 20) as [Buffer, Buffer];
    const writes = countWrites(one.socket);
    const run = () =>
      bundled(() => {
        bundled(() => one.client.raw(first));
        one.client.raw(second);
        throw new Error("half-way");
      });
    expect(run).toThrow("half-way");
    expect(writes()).toBe(1);
    expect(await arrived(one)).toEqual([first, second]);
  });

  test("what waits for a client that doesn't read is all there when it does", async () => {
    const one = await connect();
    const { ref } = one.client as unknown as { ref: WsSocket };
    // As a network that takes nothing.
    one.socket.cork();
    const messages = Array.from({ length: 200 }, (_, i) => Buffer.alloc(1_000, i));
    const [first, ...others] = messages as [Buffer, ...Buffer[]];
    bundled(() => one.client.raw(first));
    expect(behind.splice(0)).toEqual([]);
    for (const message of others) bundled(() => one.client.raw(message));
    expect(behind.splice(0)).toEqual(others.map(() => one.client));
    expect(ref.bufferedAmount).toBeGreaterThanOrEqual(200_000);
    one.socket.uncork();
    expect(await arrived(one)).toEqual(messages);
  });

  test("after a reconnection, what Colyseus keeps the client for goes out on the new connection", async () => {
    const [old, next] = [await connect(), await connect()];
    const [before, after] = bytes(10, 20) as [Buffer, Buffer];
    bundled(() => old.client.raw(before));
    expect(await arrived(old)).toEqual([before]);
    old.client.ref = next.client.ref;
    bundled(() => old.client.raw(after));
    expect(await arrived(next)).toEqual([after]);
  });
});

test("with a connection that compresses, ws does what it does", async () => {
  await start(true);
  const one = await connect();
  expect((one.client.ref as unknown as WsSocket).extensions).toContain("permessage-deflate");
  const messages = bytes(10, 5_000, 30);
  bundled(() => {
    for (const message of messages) one.client.raw(message);
  });
  expect(await arrived(one)).toEqual(messages);
});

test("with another transport, each message goes to it", async () => {
  await start();
  const sent: unknown[] = [];
  const raw = (data: unknown) => void sent.push(data);
  const client = { ref: new EventEmitter(), raw, leave() {} } as unknown as Client;
  bundle(client);
  const messages = bytes(10, 20);
  bundled(() => {
    for (const message of messages) client.raw(message);
  });
  expect(sent).toEqual(messages);
  expect(behind.splice(0)).toEqual([client]);
});

test("with a socket that another thread has, what a client is sent goes there in one piece", () => {
  const sent: string[][] = [];
  let takenBytes = 0;
  const nothing = () => {};
  const network: RemoteNetwork = {
    send(_connection, messages) {
      sent.push(messages.map((message) => Buffer.from(message).toString()));
    },
    taken: () => takenBytes,
    close: nothing,
    terminate: nothing,
    pause: nothing,
    resume: nothing,
  };
  const ref = new RemoteSocket(network, 1) as unknown as WsSocket;
  const client = new WebSocketClient("a client", ref) as unknown as Client;
  bundle(client);
  const sendBoth = () => ["ab", "c"].forEach((text) => void client.raw(Buffer.from(text)));
  bundled(sendBoth);
  expect(sent).toEqual([["ab", "c"]]);
  expect(behind.splice(0)).toEqual([]);
  expect(ref.bufferedAmount).toBe(3);
  bundled(sendBoth);
  expect(behind.splice(0)).toEqual([client]);
  takenBytes = 6;
  expect(ref.bufferedAmount).toBe(0);
  bundled(sendBoth);
  expect(behind.splice(0)).toEqual([]);
});

describe("a client of uWebSockets.js", () => {
  /** Notes what it is sent, and whether that was held back for one write. */
  function createUwsClient(isClosed = false) {
    const sent: [message: string, held: boolean][] = [];
    let isHeld = false;
    const ws = {
      cork(run: () => void) {
        if (isClosed) throw new Error("Invalid access of closed uWS.WebSocket");
        isHeld = true;
        run();
        isHeld = false;
      },
    };
    const raw = (data: Uint8Array) => void sent.push([Buffer.from(data).toString(), isHeld]);
    const client = { ref: { ws }, raw, leave() {} } as unknown as Client;
    bundle(client);
    return { client, sent };
  }

  test("is sent several messages in one write, in their order, and one as it is", () => {
    const { client, sent } = createUwsClient();
    bundled(() => ["stamp", "patch"].forEach((message) => void client.raw(Buffer.from(message))));
    bundled(() => client.raw(Buffer.from("finality")));
    expect(sent).toEqual([
      ["stamp", true],
      ["patch", true],
      ["finality", false],
    ]);
  });

  test("whose connection is closed harms nobody, and Colyseus is told of each message", () => {
    const [gone, there] = [createUwsClient(true), createUwsClient()];
    bundled(() => {
      for (const { client } of [gone, there]) {
        for (const message of ["patch", "finality"]) client.raw(Buffer.from(message));
      }
    });
    expect(gone.sent.map(([message]) => message)).toEqual(["patch", "finality"]);
    expect(there.sent).toHaveLength(2);
  });
});
