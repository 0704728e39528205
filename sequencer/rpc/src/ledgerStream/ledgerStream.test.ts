import { once } from "node:events";
import { createMemoryStore, Ledger } from "@weft/ledger";
import {
  type Block,
  type ChainId,
  decodeBlock,
  type LedgerHeight,
  timestampMs,
  ZERO_ADDRESS,
  ZERO_HASH,
} from "@weft/protocol";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { WebSocket, WebSocketServer } from "ws";
import { type HttpServer, startHttpServer } from "../httpServer.ts";
import { LEDGER_BATCH_BLOCKS, MAX_LEDGER_BATCHES_AHEAD, MAX_LEDGER_STREAMS } from "../limits.ts";
import { connectLedger, type LedgerConnection } from "./connectLedger.ts";
import { serveLedger } from "./serveLedger.ts";

const CHAINS = [1 as ChainId, 2 as ChainId];
const at = (height: number) => height as LedgerHeight;
let ledger: Ledger;
let server: HttpServer;
let url: string;
const connections: LedgerConnection[] = [];

beforeEach(async () => {
  ledger = new Ledger({ store: createMemoryStore(), chainIds: CHAINS, proposer: ZERO_ADDRESS });
  server = await startHttpServer({
    host: "127.0.0.1",
    port: 0,
    dispatchers: new Map(),
    ledgerStreams: serveLedger(ledger),
  });
  url = `http://127.0.0.1:${server.port}`;
});
afterEach(async () => {
  for (const connection of connections.splice(0)) connection.close();
  await server.stop();
  await ledger.close();
});

async function connect(): Promise<LedgerConnection> {
  const connection = await connectLedger(url);
  connections.push(connection);
  return connection;
}

function propose(count: number, sizeBytes = 10): Promise<void> {
  let durable = Promise.resolve();
  for (let index = 0; index < count; index++) {
    const transactions = [new Uint8Array(sizeBytes).fill(index + 1)];
    const draft = { chainId: CHAINS[0] as ChainId, transactions, stateRoot: ZERO_HASH };
    ({ durable } = ledger.propose({ ...draft, timestampMs: timestampMs(1) }));
  }
  return durable;
}

/** The next blocks that come, so many of them. */
async function take(connection: LedgerConnection, from: number, count: number): Promise<Block[]> {
  const blocks: Block[] = [];
  for await (const batch of connection.follow(at(from))) {
    blocks.push(...batch.map(decodeBlock));
    if (blocks.length >= count) break;
  }
  return blocks;
}

test("past and future blocks come, each once and in order, from any height on", async () => {
  const past = LEDGER_BATCH_BLOCKS * 3 + 5;
  await propose(past);
  const connection = await connect();
  expect(connection.hello).toMatchObject({ chainIds: CHAINS, head: { height: past - 1 } });
  const taking = take(connection, 3, past);
  await propose(3);
  const blocks = await taking;
  expect(blocks).toEqual([...ledger.blocks({ fromHeight: at(3) })]);
});

test("hashes are told of blocks that are there", async () => {
  const empty = await connect();
  expect(empty.hello.head).toBeNull();
  expect(await empty.hashAt(at(0))).toBeNull();
  await propose(2);
  expect(await empty.hashAt(at(1))).toBe(ledger.head?.hash);
  expect(await empty.hashAt(at(2))).toBeNull();
});

test("a block that isn't on disk is neither spoken of nor sent", async () => {
  await propose(1);
  const connection = await connect();
  const durable = propose(1);
  const asked = connection.hashAt(at(1));
  expect(ledger.durableHeight).toBe(0);
  await durable;
  expect([null, ledger.head?.hash]).toContain(await asked);
  expect(await take(connection, 1, 1)).toEqual([ledger.head]);
});

test("one who doesn't read holds up nobody, and little is sent to it", async () => {
  await propose(100, 1024 * 1024);
  const slow = await connect();
  const held = slow.follow(at(0));
  await held.next();
  const fast = await take(await connect(), 0, 100);
  expect(fast).toHaveLength(100);
  // What is in between is bounded; here it is read after all, and nothing is missing.
  let count = 1;
  for await (const batch of held) {
    count += batch.length;
    if (count === 100) break;
  }
  expect(count).toBeGreaterThan(MAX_LEDGER_BATCHES_AHEAD);
});

describe("a connection that can't go on", () => {
  test("the node stops", async () => {
    await propose(1);
    const connection = await connect();
    const blocks = connection.follow(at(1));
    const next = blocks.next();
    await server.stop();
    await expect(next).rejects.toMatchObject({ code: "LEDGER_STREAM_LOST" });
  });

  test("nobody is there", async () => {
    await server.stop();
    await expect(connect()).rejects.toMatchObject({ code: "LEDGER_STREAM_LOST" });
  });

  test("what is there is no node", async () => {
    const other = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    other.on("connection", (socket) => socket.send("hello"));
    await once(other, "listening");
    const { port } = other.address() as { port: number };
    await expect(connectLedger(`http://127.0.0.1:${port}`)).rejects.toMatchObject({
      code: "LEDGER_STREAM_INVALID",
    });
    other.close();
  });

  test("it is ended from here", async () => {
    const abort = new AbortController();
    const connection = await connectLedger(url, { signal: abort.signal });
    const next = connection.follow(at(0)).next();
    abort.abort();
    await expect(next).rejects.toMatchObject({ code: "LEDGER_STREAM_LOST" });
    await expect(connectLedger(url, { signal: abort.signal })).rejects.toMatchObject({
      code: "LEDGER_STREAM_LOST",
    });
  });
});

describe("the node is no worse for", () => {
  async function rawSocket(): Promise<WebSocket> {
    const socket = new WebSocket(`${url.replace("http", "ws")}/ledger`);
    await once(socket, "message");
    return socket;
  }

  test.each(["", "{", "[]", '{"follow":-1}', '{"follow":0,"more":1}', "x".repeat(5000)])(
    "a request that is none: %s",
    async (request) => {
      const socket = await rawSocket();
      socket.send(request);
      const [code] = await once(socket, "close");
      expect(code).toBe(1008);
      await propose(1);
      expect(await take(await connect(), 0, 1)).toHaveLength(1);
    },
  );

  test("more followers than it takes", async () => {
    const sockets = await Promise.all(Array.from({ length: MAX_LEDGER_STREAMS }, rawSocket));
    await expect(connect()).rejects.toMatchObject({ code: "LEDGER_STREAM_LOST" });
    const [first] = sockets;
    if (first === undefined) throw new Error("there are some");
    first.close();
    await once(first, "close");
    await expect
      .poll(() =>
        connect().then(
          () => "in",
          () => "out",
        ),
      )
      .toBe("in");
    for (const socket of sockets) socket.close();
  });
});
