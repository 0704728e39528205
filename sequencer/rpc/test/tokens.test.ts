import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compileTokens } from "./compileTokens.ts";
import { TOKENS_FILE } from "./tokens.ts";

// With `--update` as its last word, the test run writes it anew.
test("tokens.json is what Tokens.sol compiles to", async () => {
  const json = `${JSON.stringify(compileTokens(), undefined, 2)}\n`;
  await expect(json).toMatchFileSnapshot(fileURLToPath(TOKENS_FILE));
});
