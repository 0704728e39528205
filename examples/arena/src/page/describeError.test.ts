import { expect, test } from "vitest";
import { describeError } from "./describeError.ts";
import { PageError } from "./PageError.ts";

test("an error that people can do something about says what", () => {
  const { code, text } = describeError(new PageError("WALLET_MISSING", "none"));
  expect({ code, text }).toEqual({
    code: "WALLET_MISSING",
    text: "There is no wallet in this browser.",
  });
});

test("a chain that doesn't answer is found out, however deep the error has it", () => {
  const cause = Object.assign(new Error("fetch failed"), { name: "HttpRequestError" });
  expect(describeError(new Error("the call failed", { cause })).code).toBe("CHAIN_UNREACHABLE");
});

test("who says no to their wallet isn't told that something failed", () => {
  const refusal = Object.assign(new Error("User rejected the request."), { code: 4001 });
  const cause = new Error("the wallet didn't sign", { cause: refusal });
  expect(describeError(new PageError("WALLET_REFUSED", "no account", { cause }))).toEqual({
    code: "WALLET_REFUSED",
    text: "You said no in your wallet.",
  });
});

test.each([
  [new Error("odd"), "UNKNOWN", "odd"],
  [{ code: "NEVER_HEARD_OF", message: "what?" }, "NEVER_HEARD_OF", "what?"],
  ["text", "UNKNOWN", "text"],
  [undefined, "UNKNOWN", "undefined"],
])("anything else is told as it is: %s", (error, code, text) => {
  expect(describeError(error)).toEqual({ code, text });
});
