import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";

it("what is replaced soon doesn't become old, though its like was alive for long before", () => {
  const program = fileURLToPath(new URL("./testGarbage.ts", import.meta.url));
  // V8 only takes to it once the young generation is as large as it may be.
  const run = [process.execPath, ["--max-semi-space-size=1", program]] as const;
  const oldBytes = Number(execFileSync(...run, { encoding: "utf8" }));
  // Less than 1 MB; without the flag 40 to 70.
  expect(oldBytes).toBeLessThan(10_000_000);
});
