import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  checkInstallation,
  isInstalledByHand,
  packageFolders,
  recordInstallation,
} from "./staleness.mjs";

let root = "";

function write(path: string, content: unknown): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), JSON.stringify(content));
}

const manifest = {
  name: "root",
  workspaces: ["packages/*", "single"],
  dependencies: { a: "1.0.0" },
};
const one = { name: "one", dependencies: { b: "2.0.0" } };
const single = { name: "single" };
const lock = {
  packages: {
    "": manifest,
    "packages/one": one,
    single,
    "node_modules/a": { version: "1.0.0" },
    "node_modules/b": { version: "2.0.0" },
    "node_modules/one": { resolved: "packages/one", link: true },
    "node_modules/for-windows": { version: "1.0.0", optional: true },
  },
};

/** What `npm ci` would leave, as far as it is looked at. */
function install(): void {
  const { "": _root, "node_modules/for-windows": _absent, ...packages } = lock.packages;
  write("node_modules/.package-lock.json", { packages });
  write("node_modules/a/package.json", {});
  write("node_modules/b/package.json", {});
  write("node_modules/one/package.json", {});
  write("node_modules/.bin/node", "");
}

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "weft-staleness-"));
  write("package.json", manifest);
  write("packages/one/package.json", one);
  write("packages/no-package/readme.json", {});
  write("single/package.json", single);
  write("package-lock.json", lock);
});

afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

test("workspaces are found by pattern and by name", () => {
  expect(packageFolders(root)).toEqual(["", "packages/one", "single"]);
});

describe("checkInstallation", () => {
  test("a fresh clone is stale, and so is what an interrupted installation leaves", () => {
    expect(checkInstallation(root)).toEqual({ stale: "node_modules is missing" });
    install();
    expect(checkInstallation(root)).toEqual({ stale: "node_modules was not completed" });
  });

  test.each(["packaged", "host"] as const)("a recorded installation is good: %s", (runtime) => {
    install();
    recordInstallation(root, runtime);
    expect(checkInstallation(root)).toEqual({ runtime });
  });

  const older = { stale: "node_modules is older than package.json or package-lock.json" };

  test.each<[string, string, unknown]>([
    ["a dependency", "package.json", { ...manifest, dependencies: { a: "1.0.1" } }],
    ["a workspace's dependency", "packages/one/package.json", { name: "one" }],
    ["a new workspace", "packages/two/package.json", { name: "two" }],
    ["the lock file", "package-lock.json", { packages: {} }],
    ["a reviewed script", "package.json", { ...manifest, allowScripts: { a: true } }],
  ])("%s that changed makes it stale", (_name, path, content) => {
    install();
    recordInstallation(root, "packaged");
    write(path, content);
    expect(checkInstallation(root)).toEqual(older);
  });

  test("a script that changed reinstalls nothing", () => {
    install();
    recordInstallation(root, "packaged");
    write("package.json", { ...manifest, scripts: { test: "true" } });
    expect(checkInstallation(root)).toEqual({ runtime: "packaged" });
  });

  test("a lost Node makes it stale", () => {
    install();
    recordInstallation(root, "packaged");
    rmSync(join(root, "node_modules/.bin/node"));
    expect(checkInstallation(root)).toEqual({ stale: "node_modules has lost its Node" });
  });

  test("node_modules from another platform is stale", () => {
    install();
    recordInstallation(root, "packaged");
    write("node_modules/.weft-setup.json", { digest: "", platform: "plan9-mips", runtime: "host" });
    expect(checkInstallation(root)).toEqual({
      stale: `node_modules was made for plan9-mips, this is ${process.platform}-${process.arch}`,
    });
  });
});

describe("isInstalledByHand", () => {
  test("yes, when npm's record agrees with the lock file", () => {
    expect(isInstalledByHand(root)).toBe(false);
    install();
    expect(isInstalledByHand(root)).toBe(true);
  });

  test.each<[string, string, unknown]>([
    ["another version", "node_modules/.package-lock.json", { packages: {} }],
    ["a lock file older than package.json", "package.json", { ...manifest, dependencies: {} }],
    [
      "a package too many",
      "node_modules/.package-lock.json",
      { packages: { ...lock.packages, "node_modules/c": { version: "1.0.0" } } },
    ],
  ])("no: %s", (_name, path, content) => {
    install();
    write(path, content);
    expect(isInstalledByHand(root)).toBe(false);
  });

  test("no: a package that was deleted", () => {
    install();
    rmSync(join(root, "node_modules/b"), { recursive: true });
    expect(isInstalledByHand(root)).toBe(false);
  });
});
