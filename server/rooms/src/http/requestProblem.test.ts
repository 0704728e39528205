import { expect, test } from "vitest";
import { MAX_BODY_BYTES } from "../limits.ts";
import { problemOf } from "./requestProblem.ts";

const head = { url: "/matchmake/create/x", host: "localhost:1", length: "2", encoding: undefined };

test("requests that Colyseus may see", () => {
  expect(problemOf(head)).toBeUndefined();
  expect(problemOf({ ...head, length: undefined })).toBeUndefined();
  expect(problemOf({ ...head, length: "", encoding: "" })).toBeUndefined();
  expect(problemOf({ ...head, length: String(MAX_BODY_BYTES) })).toBeUndefined();
});

test("bodies without a bound, or beyond it", () => {
  for (const length of [String(MAX_BODY_BYTES + 1), "many", "1e9"]) {
    expect(problemOf({ ...head, length })).toMatchObject({ code: "REQUEST_TOO_LARGE" });
  }
  expect(problemOf({ ...head, encoding: "chunked" })).toMatchObject({ status: 411 });
});

test("what no URL can be made of", () => {
  for (const change of [{ url: undefined }, { url: "x" }, { host: "a b" }]) {
    expect(problemOf({ ...head, ...change })).toMatchObject({ code: "REQUEST_INVALID" });
  }
});
