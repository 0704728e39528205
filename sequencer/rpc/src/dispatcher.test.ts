import { CodedError } from "@weft/protocol";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createDispatcher, ProviderError } from "./dispatcher.ts";
import { RpcError } from "./errors.ts";
import { MAX_BATCH_CALLS, MAX_RESPONSE_BYTES } from "./limits.ts";
import { defineMethod, methodTable } from "./method.ts";
import { noParams, quantity } from "./params.ts";

class OurError extends CodedError<"SOMETHING"> {}

const secret = "the database password";
const methods = methodTable({
  double: defineMethod(z.tuple([quantity]), ([value]) => `0x${(value * 2n).toString(16)}`),
  nothing: defineMethod(noParams, () => undefined),
  bug: defineMethod(noParams, () => {
    throw new TypeError(secret);
  }),
  refuse: defineMethod(noParams, () => {
    throw new OurError("SOMETHING", "no", { details: { amount: 7n } });
  }),
  hang: defineMethod(noParams, () => new Promise(() => {})),
  large: defineMethod(noParams, () => "x".repeat(MAX_RESPONSE_BYTES / 2)),
});

const internalErrors: [unknown, string][] = [];
const dispatcher = createDispatcher({
  methods,
  callTimeoutMs: 20,
  onInternalError: (error, method) => internalErrors.push([error, method]),
});

const handle = async (message: unknown) => {
  const text = typeof message === "string" ? message : JSON.stringify(message);
  const answer = await dispatcher.handle(text);
  return answer === undefined ? undefined : JSON.parse(answer);
};
const call = (method: string, params?: unknown, id: unknown = 1) =>
  handle({ jsonrpc: "2.0", id, method, params });

describe("Dispatcher", () => {
  it("answers with the request's own id, whatever its type", async () => {
    for (const id of [1, 0, "a", null, 1.5]) {
      expect(await call("double", ["0x4"], id)).toEqual({ jsonrpc: "2.0", id, result: "0x8" });
    }
    expect(await call("nothing")).toEqual({ jsonrpc: "2.0", id: 1, result: null });
    expect(await call("nothing", {})).toMatchObject({ result: null });
  });

  it.each<[number, string, unknown]>([
    [-32700, "PARSE_ERROR", "{"],
    [-32700, "PARSE_ERROR", ""],
    [-32600, "INVALID_REQUEST", "1"],
    [-32600, "INVALID_REQUEST", "null"],
    [-32600, "INVALID_REQUEST", []],
    [-32600, "INVALID_REQUEST", {}],
    [-32600, "INVALID_REQUEST", { jsonrpc: "1.0", id: 1, method: "nothing" }],
    [-32600, "INVALID_REQUEST", { jsonrpc: "2.0", id: {}, method: "nothing" }],
    [-32600, "INVALID_REQUEST", { jsonrpc: "2.0", id: 1, method: 5 }],
    [-32600, "INVALID_REQUEST", { jsonrpc: "2.0", id: 1, method: "nothing", params: 5 }],
    [-32600, "INVALID_REQUEST", new Array(MAX_BATCH_CALLS + 1).fill({})],
    [-32601, "METHOD_NOT_FOUND", { jsonrpc: "2.0", id: 1, method: "no_such" }],
    [-32601, "METHOD_NOT_FOUND", { jsonrpc: "2.0", id: 1, method: "constructor" }],
    [-32601, "METHOD_NOT_FOUND", { jsonrpc: "2.0", id: 1, method: "__proto__" }],
    [-32602, "INVALID_PARAMS", { jsonrpc: "2.0", id: 1, method: "double" }],
    [-32602, "INVALID_PARAMS", { jsonrpc: "2.0", id: 1, method: "double", params: [4] }],
    [-32602, "INVALID_PARAMS", { jsonrpc: "2.0", id: 1, method: "double", params: ["0x1", 2] }],
    [-32602, "INVALID_PARAMS", { jsonrpc: "2.0", id: 1, method: "double", params: { a: 1 } }],
    [-32000, "SOMETHING", { jsonrpc: "2.0", id: 1, method: "refuse" }],
    [-32002, "TIMEOUT", { jsonrpc: "2.0", id: 1, method: "hang" }],
  ])("refuses with %i %s: %j", async (code, name, message) => {
    expect(await handle(message)).toMatchObject({ error: { code, data: { code: name } } });
  });

  it("gives an invalid request its id back where it has one", async () => {
    expect(await handle({ id: 7 })).toMatchObject({ id: 7, error: { code: -32600 } });
    expect(await handle({ id: [7] })).toMatchObject({ id: null, error: { code: -32600 } });
  });

  it("keeps our own errors' details, with bigints as text", async () => {
    const { error } = await call("refuse");
    expect(error).toEqual({
      code: -32000,
      message: "no",
      data: { code: "SOMETHING", amount: "7" },
    });
  });

  it("tells the operator of a bug, and clients nothing of it", async () => {
    const answer = await call("bug");
    expect(answer.error).toEqual({ code: -32603, message: "internal error" });
    expect(internalErrors).toEqual([[new TypeError(secret), "bug"]]);
  });

  it("answers a batch in its order, without its notifications", async () => {
    const batch = [
      { jsonrpc: "2.0", id: "b", method: "double", params: ["0x2"] },
      { jsonrpc: "2.0", method: "nothing" },
      { jsonrpc: "2.0", method: "no_such" },
      7,
      { jsonrpc: "2.0", id: "a", method: "double", params: ["0x1"] },
    ];
    expect(await handle(batch)).toEqual([
      { jsonrpc: "2.0", id: "b", result: "0x4" },
      { jsonrpc: "2.0", id: null, error: expect.objectContaining({ code: -32600 }) },
      { jsonrpc: "2.0", id: "a", result: "0x2" },
    ]);
    expect(await handle([{ jsonrpc: "2.0", method: "nothing" }])).toBeUndefined();
    expect(await handle({ jsonrpc: "2.0", method: "nothing" })).toBeUndefined();
  });

  it("refuses what doesn't fit in one answer any more", async () => {
    const large = { jsonrpc: "2.0", id: 1, method: "large" };
    const small = { jsonrpc: "2.0", id: 2, method: "double", params: ["0x1"] };
    const [first, second, third] = await handle([large, large, small]);
    expect(first.result).toHaveLength(MAX_RESPONSE_BYTES / 2);
    expect(second.error).toMatchObject({ data: { code: "RESPONSE_TOO_LARGE" } });
    expect(third.result).toBe("0x2");
  });

  it("refuses every call of a message, and answers no notification", () => {
    const busy = new RpcError("OVERLOADED", "busy");
    const refuse = (message: unknown) => {
      const answer = dispatcher.refuse(JSON.stringify(message), busy);
      return answer === undefined ? undefined : JSON.parse(answer);
    };
    const error = { code: -32005, message: "busy", data: { code: "OVERLOADED" } };
    const one = { jsonrpc: "2.0", id: "a", method: "nothing" };
    const notification = { jsonrpc: "2.0", method: "nothing" };
    expect(refuse(one)).toEqual({ jsonrpc: "2.0", id: "a", error });
    expect(refuse([one, notification, 5])).toEqual([
      { jsonrpc: "2.0", id: "a", error },
      { jsonrpc: "2.0", id: null, error },
    ]);
    expect(refuse(notification)).toBeUndefined();
    expect(refuse([notification])).toBeUndefined();
    expect(refuse([])).toEqual({ jsonrpc: "2.0", id: null, error });
    expect(JSON.parse(dispatcher.refuse("{", busy) ?? "")).toMatchObject({
      error: { code: -32700 },
    });
  });

  it("answers any text with a JSON-RPC response or nothing", async () => {
    const word = fc.constantFrom("jsonrpc", "2.0", "id", "method", "params", "double", "nothing");
    const json = fc.json().map((text) => text);
    const almost = fc.record(
      {
        jsonrpc: fc.oneof(fc.constant("2.0"), fc.jsonValue()),
        id: fc.jsonValue(),
        method: fc.oneof(word, fc.jsonValue()),
        params: fc.jsonValue(),
      },
      { requiredKeys: [] },
    );
    const message = fc.oneof(
      fc.string(),
      json,
      almost.map((one) => JSON.stringify(one)),
      fc.array(almost, { maxLength: 5 }).map((many) => JSON.stringify(many)),
    );
    await fc.assert(
      fc.asyncProperty(message, async (text) => {
        const answer = await dispatcher.handle(text);
        if (answer === undefined) return;
        const responses = [JSON.parse(answer)].flat();
        expect(responses.length).toBeGreaterThan(0);
        for (const response of responses) {
          expect(response.jsonrpc).toBe("2.0");
          expect("result" in response !== "error" in response).toBe(true);
        }
      }),
    );
  });

  it("is an EIP-1193 provider in process", async () => {
    expect(await dispatcher.request({ method: "double", params: ["0x3"] })).toBe("0x6");
    const refused = dispatcher.request({ method: "refuse" });
    await expect(refused).rejects.toBeInstanceOf(ProviderError);
    await expect(refused).rejects.toMatchObject({
      code: -32000,
      data: { code: "SOMETHING" },
      cause: new OurError("SOMETHING", "no"),
    });
  });
});
