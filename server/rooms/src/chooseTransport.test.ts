import { availableParallelism } from "node:os";
import type { Logger } from "@weft/node";
import { expect, test } from "vitest";
import { chooseTransport, type TransportOptions } from "./chooseTransport.ts";
import { ThreadTransport } from "./network/threadTransport.ts";

/** Whether this machine's C library is new enough. */
const loads = await import("uWebSockets.js").then(
  () => true,
  () => false,
);
const said: string[] = [];
const note = (message: string) => void said.push(message);
const logger: Logger = { debug: note, info: note, warn: note, error: note };

async function choose(options: TransportOptions) {
  said.length = 0;
  const { name, transport, close } = await chooseTransport(options, logger);
  await close();
  return { name, hasThread: transport instanceof ThreadTransport };
}

test("with several processors it is ws, with its sockets in a thread of their own", async () => {
  const hasThread = availableParallelism() > 1;
  expect(await choose({ transport: "ws" })).toEqual({ name: "ws", hasThread });
  expect(said).toEqual([]);
});

test("without a thread, auto takes uWebSockets.js where it loads, else ws, and says so once", async () => {
  const name = loads ? "uWebSockets" : "ws";
  expect(await choose({ networkThread: false })).toEqual({ name, hasThread: false });
  expect(said).toHaveLength(loads ? 0 : 1);
});

test.skipIf(loads)(
  "uWebSockets.js asked for by name is an error where it doesn't load",
  async () => {
    await expect(choose({ transport: "uWebSockets" })).rejects.toMatchObject({
      code: "TRANSPORT_UNAVAILABLE",
    });
  },
);

test.each([true, false])("ws and the thread are taken as asked for: %s", async (networkThread) => {
  for (const transport of ["ws", ...(networkThread ? (["auto"] as const) : [])] as const) {
    const chosen = await choose({ transport, networkThread });
    expect(chosen).toEqual({ name: "ws", hasThread: networkThread });
    expect(said).toEqual([]);
  }
});
