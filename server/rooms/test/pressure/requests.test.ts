import { type IncomingHttpHeaders, request } from "node:http";
import { json } from "node:stream/consumers";
import type { ErrorResponse } from "@weft/protocol";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { findSetups } from "../../bench/rooms/transports.ts";
import { MAX_BODY_BYTES } from "../../src/limits.ts";
import { PressureWorld } from "./pressureWorld.ts";

const MATCHMAKE = "/matchmake/joinOrCreate/tally";

describe.each(findSetups())("HTTP over $name", ({ transport, networkThread }) => {
  let world: PressureWorld;
  beforeAll(async () => {
    world = await PressureWorld.start({ transport, networkThread, noiseBytes: 0, players: 0 });
  });
  afterAll(() => world?.end());

  /** With headers that no decent client sends. @param body Sent in this moment; the rest never comes. */
  function post(path: string, headers: IncomingHttpHeaders, body = "") {
    return new Promise<{ status: number | undefined; code: string }>((resolve, reject) => {
      const sent = request(new URL(path, world.url), { method: "POST", headers }, (response) => {
        // The server may close the connection under a body that it doesn't want.
        sent.on("error", () => {});
        json(response).then((answer) => {
          const { code } = (answer as ErrorResponse).error;
          resolve({ status: response.statusCode, code });
          sent.destroy();
        }, reject);
      });
      sent.once("error", reject);
      sent.write(body);
    });
  }

  async function expectAlive(): Promise<void> {
    const { status } = await fetch(`${world.url}/weft`);
    expect(status).toBe(200);
  }

  test("a body that is too large is refused before it comes", async () => {
    const headers = { "content-length": String(MAX_BODY_BYTES + 1) };
    const answer = await post(MATCHMAKE, headers, "{");
    expect(answer).toEqual({ status: 413, code: "REQUEST_TOO_LARGE" });
    await expectAlive();
  });

  test("a body without a length is refused", async () => {
    const answer = await post(MATCHMAKE, { "transfer-encoding": "chunked" }, "{}");
    expect(answer).toEqual({ status: 411, code: "REQUEST_INVALID" });
    await expectAlive();
  });

  test("a Host that no URL can be made of ends nothing", async () => {
    const answer = await post(MATCHMAKE, { host: "a b", "content-length": "2" }, "{}");
    expect(answer).toEqual({ status: 400, code: "REQUEST_INVALID" });
    await expectAlive();
  });

  test("a body of the right size is read", async () => {
    const body = JSON.stringify({ weft: "x".repeat(MAX_BODY_BYTES / 2) });
    const response = await fetch(`${world.url}${MATCHMAKE}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body,
    });
    const { error } = (await response.json()) as { error: string };
    expect(error).toMatch(/^TICKET_MALFORMED/);
  });
});
