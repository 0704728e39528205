import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const METHOD_NAME = /\b(?:eth|net|web3|weft)_\w+/g;

/** What the sources define: object keys `eth_x:`, as every file under `methods/` has them. */
function definedMethods(): Set<string> {
  const folder = new URL("methods/", import.meta.url);
  const sources = readdirSync(folder).map((file) => readFileSync(new URL(file, folder), "utf8"));
  return new Set(
    sources.flatMap((source) =>
      [...source.matchAll(/^ +((?:eth|net|web3|weft)_\w+)(?=[:(,])/gm)].map(
        ([, name]) => name ?? "",
      ),
    ),
  );
}

/** What the table in the ZK chain's README has in its first column. */
function describedMethods(): Set<string> {
  const readme = readFileSync(join(import.meta.dirname, "../../zk-chain/README.md"), "utf8");
  const rows = readme.split("\n").filter((line) => line.startsWith("| `"));
  return new Set(rows.flatMap((row) => row.split(" | ")[0]?.match(METHOD_NAME) ?? []));
}

describe("the README's table of methods", () => {
  it("has every method that there is, and no other", () => {
    expect(definedMethods().size).toBeGreaterThan(40);
    expect([...describedMethods()].sort()).toEqual([...definedMethods()].sort());
  });
});
