import { createServer, type Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { Duplex } from "node:stream";
import { promisify } from "node:util";
import { afterEach, expect, test } from "vitest";
import { MAX_RAW_MESSAGE_BYTES } from "../limits.ts";
import { clientFrame, RawSocket } from "./rawSocket.ts";

const [BINARY, CLOSE, PING, PONG] = [2, 8, 9, 10];
const sockets: { destroy(): void }[] = [];
const servers: Server[] = [];

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map((server) => promisify(server.close.bind(server))()));
});

/** A server that says whatever the test wants, once the handshake is done. */
async function connect(answer = "HTTP/1.1 101 Switching Protocols\r\n\r\n") {
  const { promise, resolve } = Promise.withResolvers<Duplex>();
  const server = createServer();
  servers.push(server);
  server.on("upgrade", (_request, socket) => {
    sockets.push(socket);
    socket.write(answer);
    resolve(socket);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", listening));
  const { port } = server.address() as AddressInfo;
  const socket = new RawSocket(new URL(`http://127.0.0.1:${port}/process/room?sessionId=x`));
  sockets.push(socket);
  const messages: Buffer[] = [];
  socket.onMessage = (payload) => void messages.push(Buffer.from(payload));
  const closed = new Promise<number>((close) => {
    socket.onClose = close;
  });
  return { socket, peer: (await promise) as Socket, messages, closed };
}

/** A frame as a server sends it. */
function frame(payload: Uint8Array, opcode = BINARY): Buffer {
  const { length } = payload;
  const head = Buffer.alloc(length > 0xffff ? 10 : length > 125 ? 4 : 2);
  head[0] = 0x80 | (opcode as number);
  head[1] = length > 0xffff ? 127 : length > 125 ? 126 : length;
  if (length > 0xffff) head.writeBigUInt64BE(BigInt(length), 2);
  else if (length > 125) head.writeUInt16BE(length, 2);
  return Buffer.concat([head, payload]);
}

const filled = (kind: number, size: number) => Buffer.alloc(size, kind);

/** Resolves when the client has sent so many bytes. */
function sentBy(peer: Socket, size: number): Promise<Buffer> {
  let got = Buffer.alloc(0);
  return new Promise((resolve) => {
    peer.on("data", (chunk: Buffer) => {
      got = Buffer.concat([got, chunk]);
      if (got.length >= size) resolve(got);
    });
  });
}

test.each([1, 2, 3, 7, 100, 4096])("messages come whole, in pieces of %i bytes", async (piece) => {
  const { socket, peer, messages } = await connect();
  socket.wants = (kind) => kind !== 15;
  const last = filled(3, 5);
  const all = Buffer.concat([
    frame(filled(1, 10)),
    frame(filled(15, 70_000)),
    frame(filled(15, 200)),
    frame(Buffer.alloc(0)),
    frame(filled(2, 300)),
    frame(filled(15, 1)),
    frame(last),
  ]);
  const done = new Promise<void>((resolve) => {
    const keep = socket.onMessage;
    socket.onMessage = (payload) => {
      keep?.(payload);
      if (payload.equals(last)) resolve();
    };
  });
  // One by one, small pieces of it: the big one in the middle would take for ever.
  const [start, end] = [20, 70_000];
  for (let at = 0; at < all.length; ) {
    const size = at >= start && at < end ? end - at : piece;
    peer.write(all.subarray(at, at + size));
    at += size;
    await new Promise((resolve) => setImmediate(resolve));
  }
  await done;
  expect(messages).toEqual([filled(1, 10), filled(2, 300), last]);
});

test("pings are answered, and what is long gets a longer head", async () => {
  const { socket, peer } = await connect();
  const long = filled(7, 300);
  const got = sentBy(peer, 6 + 4 + 8 + long.length);
  peer.write(frame(Buffer.from("ping"), PING));
  await new Promise<void>((resolve) => peer.once("data", () => resolve()));
  socket.write(clientFrame(long));
  const sent = await got;
  expect(sent.subarray(0, 10)).toEqual(clientFrame(Buffer.from("ping"), PONG));
  expect([...sent.subarray(10, 18)]).toEqual([0x82, 0x80 | 126, 1, 44, 0, 0, 0, 0]);
  expect(sent.subarray(18)).toEqual(long);
});

test("a close frame goes back, and its code is told", async () => {
  const { peer, closed } = await connect();
  const code = Buffer.from([0x10, 0x04]);
  const got = sentBy(peer, 8);
  peer.write(frame(code, CLOSE));
  expect(await got).toEqual(clientFrame(code, CLOSE));
  peer.end();
  expect(await closed).toBe(4100);
});

test("1006 for a connection that breaks, and for what is no WebSocket", async () => {
  const broken = await connect();
  expect(broken.socket.isOpen).toBe(false);
  broken.peer.destroy();
  expect(await broken.closed).toBe(1006);
  const refused = await connect("HTTP/1.1 404 Not Found\r\n\r\n");
  expect(await refused.closed).toBe(1006);
});

test("1009 for a message that is longer than any that is looked at", async () => {
  const { peer, closed, messages } = await connect();
  peer.on("error", () => {});
  const message = frame(filled(1, 2 * MAX_RAW_MESSAGE_BYTES));
  peer.write(message.subarray(0, message.length - 1));
  expect(await closed).toBe(1009);
  expect(messages).toEqual([]);
});
