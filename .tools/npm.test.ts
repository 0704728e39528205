import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { assertNpm, installWithNpm, remedyFor, withoutOwnPrograms } from "./npm.mjs";

let folder = "";
const log = () => {};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "weft-npm-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** An environment in which `npm` is this shell script. */
function withNpm(script: string): NodeJS.ProcessEnv {
  const path = join(folder, "npm");
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  return { PATH: `${folder}:/usr/bin:/bin` };
}

test.each([
  ["npm error code ENOTFOUND", /registry could not be reached/],
  ["npm error errno EAI_AGAIN", /registry could not be reached/],
  ["npm error code ENOSPC", /disk is full/],
  ["npm error code EUSAGE", /disagree/],
  ["npm error code ETARGET", /does not have that version/],
  ["npm error code EACCES", /may not write/],
  ["npm error something else", /npm ci/],
])("%s has a remedy", (output, remedy) => {
  expect(remedyFor(output)).toMatch(remedy);
});

test("npm never runs on the Node that it is about to replace", () => {
  const path = "/repo/node_modules/.bin:/usr/bin:/repo/node_modules/npm/bin:/bin";
  expect(withoutOwnPrograms("/repo/", path)).toBe("/usr/bin:/bin");
});

describe("assertNpm", () => {
  test("accepts what works", async () => {
    await assertNpm(folder, log, withNpm("echo 10.9.2"));
  });

  test("NPM_TOO_OLD", async () => {
    const old = assertNpm(folder, log, withNpm("echo 6.14.18"));
    await expect(old).rejects.toMatchObject({ code: "NPM_TOO_OLD" });
  });

  test("NPM_MISSING", async () => {
    const none = assertNpm(folder, log, { PATH: folder });
    await expect(none).rejects.toMatchObject({ code: "NPM_MISSING" });
  });
});

describe("installWithNpm", () => {
  test("INSTALL_FAILED shows what npm said, and a remedy", async () => {
    const env = withNpm('echo "npm error code ENOSPC" >&2; exit 1');
    await expect(installWithNpm(folder, ["ci"], log, env)).rejects.toMatchObject({
      code: "INSTALL_FAILED",
      message: expect.stringMatching(/npm error code ENOSPC[\s\S]*disk is full/),
    });
  });

  test("settings of an outer npm don't leak in", async () => {
    const env = withNpm('test -z "$npm_config_workspace" && test "$npm_config_cache" = kept');
    const outer = { ...env, npm_config_workspace: "x", npm_config_cache: "kept" };
    await installWithNpm(folder, ["ci"], log, outer);
  });
});
