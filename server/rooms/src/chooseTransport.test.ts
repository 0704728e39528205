import type { Logger } from "@weft/node";
import { expect, test } from "vitest";
import { chooseTransport } from "./chooseTransport.ts";

/** Whether this machine's C library is new enough. */
const loads = await import("uWebSockets.js").then(
  () => true,
  () => false,
);
const said: string[] = [];
const note = (message: string) => void said.push(message);
const logger: Logger = { debug: note, info: note, warn: note, error: note };

test("auto takes uWebSockets.js where it loads, else ws, and says so once", async () => {
  const { name, close } = await chooseTransport("auto", logger);
  expect(name).toBe(loads ? "uWebSockets" : "ws");
  expect(said).toHaveLength(loads ? 0 : 1);
  await close();
});

test.skipIf(loads)(
  "uWebSockets.js asked for by name is an error where it doesn't load",
  async () => {
    await expect(chooseTransport("uWebSockets", logger)).rejects.toMatchObject({
      code: "TRANSPORT_UNAVAILABLE",
    });
  },
);

test("ws asked for by name is taken without a word", async () => {
  said.length = 0;
  const { name, close } = await chooseTransport("ws", logger);
  expect(name).toBe("ws");
  expect(said).toEqual([]);
  await close();
});
