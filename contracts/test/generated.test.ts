import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { findStaleFiles } from "../compiler/findStaleFiles.ts";
import { generateFiles } from "../compiler/generateFiles.ts";

test("the committed files are what the sources compile to, without a warning", () => {
  const { files, warnings } = generateFiles();
  expect(warnings).toEqual([]);
  expect(findStaleFiles(fileURLToPath(new URL("../generated", import.meta.url)), files)).toEqual(
    [],
  );
});

test("a file that is missing, changed or surplus is stale", () => {
  const folder = mkdtempSync(join(tmpdir(), "weft-generated-"));
  try {
    writeFileSync(join(folder, "same.ts"), "same");
    writeFileSync(join(folder, "changed.ts"), "old");
    writeFileSync(join(folder, "surplus.ts"), "");
    const expected = new Map([
      ["same.ts", "same"],
      ["changed.ts", "new"],
      ["missing.ts", ""],
    ]);
    const stale = ["changed.ts", "missing.ts", "surplus.ts"];
    expect(findStaleFiles(folder, expected)).toEqual(stale);
    expect(findStaleFiles(join(folder, "absent"), expected)).toEqual([...expected.keys()].sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
