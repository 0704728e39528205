import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { installChromium } from "./installChromium.mjs";

/** A folder for the PATH, so that no test installs anything. */
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weft-chromium-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, script: string): void {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
}

const install = (env: NodeJS.ProcessEnv) => installChromium({ env, isRoot: true });

test("nothing is done where there is one", () => {
  program("apt-get", "exit 1");
  program("chromium", "exit 0");
  expect(install({ PATH: folder })).toBe("Chromium is there");
  expect(install({ PATH: "", CHROMIUM_PATH: "/opt/chrome" })).toBe("Chromium is there");
});

test("root installs it, and hears why it can't", () => {
  const log = join(folder, "log");
  program("apt-get", `echo "$@" >> ${log}`);
  expect(install({ PATH: folder })).toBe("installed Chromium");
  expect(readFileSync(log, "utf8").split("\n")).toEqual([
    "update",
    "install --yes --no-install-recommends chromium",
    "",
  ]);
  program("apt-get", "echo no network >&2; exit 100");
  expect(install({ PATH: folder })).toBe("no Chromium: `apt-get update` failed: no network");
});

test("a system without apt-get isn't Debian", () => {
  expect(install({ PATH: folder })).toContain("ENOENT");
});

test("others don't try", () => {
  expect(installChromium({ env: { PATH: folder }, isRoot: false })).toContain("only root");
});
