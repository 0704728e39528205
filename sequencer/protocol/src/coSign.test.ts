import { expect, test } from "vitest";
import type { LedgerHeight } from "./brand.ts";
import { decodeCoSignRequest, encodeCoSignRequest } from "./coSign.ts";
import { MAX_LANES, MAX_MINTS, MAX_RESULTS_BYTES } from "./limits.ts";

test("the largest report of a room that had all the lanes it can have can be read", () => {
  const hash = `0x${"ff".repeat(32)}` as const;
  const address = `0x${"ff".repeat(20)}` as const;
  const largest = Number.MAX_SAFE_INTEGER;
  const request = {
    report: {
      roundId: hash,
      room: address,
      fromHeight: largest as LedgerHeight,
      toHeight: largest as LedgerHeight,
      actions: largest,
      actionsRoot: hash,
      results: new Uint8Array(MAX_RESULTS_BYTES),
      mints: Array.from({ length: MAX_MINTS }, () => ({ to: address, item: "x".repeat(31) })),
    },
    lanes: Array.from({ length: MAX_LANES }, () => ({
      sessionId: hash,
      head: { seq: largest, hash },
    })),
  };
  expect(decodeCoSignRequest(encodeCoSignRequest(request))).toEqual(request);
});
