import { schema, t } from "@colyseus/schema";
import { defineGame } from "@weft/game";
import { expect, expectTypeOf, test } from "vitest";
import { z } from "zod";
import { createClient, type RoomActions, type SentAction } from "./index.ts";
import { joinError } from "./room/joinRoom.ts";
import { createServerClock } from "./serverClock.ts";

test.each(["", "localhost:2567", "ws://localhost:2567", "/"])(
  "OPTIONS_INVALID for the url %j",
  (url) => {
    expect(() => createClient({ url })).toThrow(
      expect.objectContaining({ code: "OPTIONS_INVALID" }),
    );
  },
);

test("nothing is asked for before it is needed", () => {
  const fetch = () => {
    throw new Error("nobody asked");
  };
  const client = createClient({ url: "http://localhost:2567", fetch });
  expect(client.url).toBe("http://localhost:2567/");
});

test("a question that failed is asked anew", async () => {
  let asked = 0;
  const fetch = () => {
    asked++;
    return Promise.reject(new Error("no network"));
  };
  const client = createClient({ url: "http://localhost:2567", fetch });
  for (let i = 0; i < 2; i++) {
    await expect(client.info()).rejects.toMatchObject({ code: "SERVER_UNREACHABLE" });
  }
  expect(asked).toBe(2);
});

test("the server's clock is followed, and is never ahead", () => {
  let monotonicMs = 100;
  const clock = createServerClock(() => monotonicMs);
  clock.set({ nowMs: 1_000_000 as never });
  monotonicMs += 50.7;
  expect(clock.nowMs()).toBe(1_000_050);
});

test("a join's refusal keeps the code that its text begins with", () => {
  const url = new URL("http://localhost");
  expect(joinError({ code: 525, message: "TICKET_EXPIRED: too late" }, url)).toMatchObject({
    name: "ServerError",
    code: "TICKET_EXPIRED",
    message: "too late",
  });
  expect(joinError({ code: 4212, message: "no rooms found" }, url)).toMatchObject({
    code: "JOIN_REFUSED",
  });
  expect(joinError(new TypeError("fetch failed"), url)).toMatchObject({
    code: "SERVER_UNREACHABLE",
  });
});

test("actions are typed by the game", () => {
  const input = { move: z.object({ dx: z.int() }), dash: z.null() };
  const define = () =>
    defineGame({
      name: "typed",
      state: schema({ sum: t.uint8() }, "Typed"),
      tickRateHz: 10,
      actions: {
        move: { input: input.move, run() {} },
        dash: { input: input.dash, run() {} },
      },
    });
  type Act = RoomActions<ReturnType<typeof define>>;
  expectTypeOf<Act["move"]>().toEqualTypeOf<(input: { dx: number }) => SentAction>();
  expectTypeOf<Act["dash"]>().toEqualTypeOf<(input?: null) => SentAction>();
});
