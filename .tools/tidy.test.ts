import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ALLOWED_IMPORTS, MAX_FILE_LINES, MAX_FUNCTION_LINES } from "./tidy/layout.ts";
import { parseFile } from "./tidy/parsedFile.ts";
import {
  type Manifest,
  parseScripts,
  readLock,
  readSources,
  readWorkspaces,
  type Workspace,
} from "./tidy/repository.ts";
import * as rules from "./tidy/rules.ts";

const root = fileURLToPath(new URL("..", import.meta.url));

describe("this repository", () => {
  const sources = readSources(root);
  const scripts = parseScripts(sources);
  const workspaces = readWorkspaces(root);
  const lock = readLock(root);
  const [rootPackage] = workspaces;
  if (rootPackage === undefined) throw new Error("no package.json");

  test.each<[string, () => string[]]>([
    ["no file is too long", () => rules.longFiles(sources)],
    ["no function is too long", () => rules.longFunctions(scripts)],
    ["no default exports", () => rules.defaultExports(scripts)],
    ["no enums", () => rules.enums(scripts)],
    ["the top level is what it should be", () => rules.strangersAtTheTop(readdirSync(root))],
    [
      "relative imports stay in their workspace",
      () => rules.importsThatLeaveTheirWorkspace(workspaces, scripts),
    ],
    [
      "imports between workspaces go down, and are declared",
      () => rules.importsBetweenWorkspaces(workspaces, scripts),
    ],
    [
      "dependencies between workspaces go down",
      () => rules.dependenciesBetweenWorkspaces(workspaces),
    ],
    [
      "what runs in browsers takes nothing from Node",
      () => rules.nodeModulesInBrowserCode(workspaces, scripts),
    ],
    ["versions are pinned, one for each package", () => rules.looseVersions(workspaces)],
    ["install scripts are reviewed", () => rules.unreviewedScripts(rootPackage, lock)],
  ])("%s", (_name, complaints) => {
    expect(complaints()).toEqual([]);
  });

  test("every workspace but the examples is in the table of allowed imports", () => {
    const names = workspaces
      .filter(({ folder }) => folder !== "" && !folder.startsWith("examples/"))
      .map(({ manifest }) => manifest.name);
    expect(Object.keys(ALLOWED_IMPORTS).sort()).toEqual(names.sort());
  });

  test("the table of allowed imports has no circle", () => {
    const settled = new Set<string>();
    let rest = Object.entries(ALLOWED_IMPORTS);
    while (rest.length > 0) {
      const next = rest.filter(([, lower]) => !lower.every((name) => settled.has(name)));
      if (next.length === rest.length) break;
      for (const [name] of rest) if (!next.some(([other]) => other === name)) settled.add(name);
      rest = next;
    }
    expect(rest).toEqual([]);
  });
});

function lines(count: number): string {
  return "// a line\n".repeat(count);
}

function workspace(folder: string, manifest: Partial<Manifest> & { name: string }): Workspace {
  return { folder, manifest: { exports: { ".": "./src/index.ts" }, ...manifest } };
}

describe("each rule can fail", () => {
  test("a file of too many lines", () => {
    const at = (count: number) => rules.longFiles([{ path: "a.sol", text: lines(count) }]);
    expect(at(MAX_FILE_LINES)).toEqual([]);
    expect(at(MAX_FILE_LINES + 1)).toEqual(["a.sol:1 501 lines, over 500"]);
  });

  test.each([
    ["a function", "export function f() {\n", "}"],
    ["an arrow", "const f = () => {\n", "};"],
    ["a method", "class A { m() {\n", "} }"],
    ["a test", 'test("x", () => {\n', "});"],
  ])("%s of too many lines", (_name, head, tail) => {
    const at = (count: number) =>
      rules.longFunctions([parseFile("a.ts", `${head}${lines(count - 2)}${tail}\n`)]);
    expect(at(MAX_FUNCTION_LINES)).toEqual([]);
    expect(at(MAX_FUNCTION_LINES + 1)).toEqual(["a.ts:1 a function of 71 lines, over 70"]);
  });

  test("describe blocks don't count, what is in them does", () => {
    const inside = `test("x", () => {\n${lines(70)}});\n`;
    const suite = `export function suite1() {\n${lines(5)}describe.each([1])("y", () => {\n${lines(70)}${inside}});\n}\n`;
    expect(rules.longFunctions([parseFile("a.ts", suite)])).toEqual([
      "a.ts:78 a function of 72 lines, over 70",
    ]);
  });

  test.each(["export default 1;", "const a = 1;\nexport { a as default };"])(
    "a default export: %s",
    (source) => {
      const line = source.split("\n").length;
      expect(rules.defaultExports([parseFile("a.ts", source)])).toEqual([
        `a.ts:${line} a default export`,
      ]);
      expect(rules.defaultExports([parseFile("a.config.ts", source)])).toEqual([]);
    },
  );

  test("an enum", () => {
    const file = parseFile("a.ts", "type B = 1;\nexport const enum A { B }");
    expect(rules.enums([file])).toEqual(["a.ts:2 an enum"]);
  });

  test("a stranger at the top level", () => {
    const names = ["server", ".github", "vitest.config.ts", "utils"];
    expect(rules.strangersAtTheTop(names)).toEqual(["utils:1 not one of the top level's entries"]);
  });

  test.each([
    'import { a } from "../../ledger/src/a.ts";',
    'export * from "../../ledger/src/a.ts";',
    'const a = await import("../../ledger/src/a.ts");',
    'type A = import("../../ledger/src/a.ts").A;',
    'const a = new URL("../../ledger/src/a.ts", import.meta.url);',
  ])("an import that leaves its workspace: %s", (source) => {
    const files = [parseFile("sequencer/rpc/src/b.ts", source)];
    const own = [workspace("sequencer/rpc", { name: "@weft/rpc" })];
    expect(rules.importsThatLeaveTheirWorkspace(own, files)).toEqual([
      "sequencer/rpc/src/b.ts:1 ../../ledger/src/a.ts leaves the workspace",
    ]);
  });

  const path = "sequencer/zk-chain/src/index.ts";

  test("an import of something higher, declared or not", () => {
    const name = "@weft/zk-chain";
    const dependencies = { "@weft/rpc": "0.1.0" };
    const own = [workspace("sequencer/zk-chain", { name, dependencies })];
    const files = [parseFile(path, 'import type { A } from "@weft/rpc/testing";')];
    const complaint = `${path}:1 @weft/zk-chain may not import @weft/rpc`;
    expect(rules.importsBetweenWorkspaces(own, files)).toEqual([complaint]);
    expect(rules.dependenciesBetweenWorkspaces(own)).toEqual([
      "sequencer/zk-chain/package.json:1 @weft/zk-chain may not depend on @weft/rpc",
    ]);
  });

  test("an import that is not declared, or for tests only", () => {
    const source = 'import { a } from "@weft/ledger";';
    const complain = (manifest: Partial<Manifest>, file = path) =>
      rules.importsBetweenWorkspaces(
        [workspace("sequencer/zk-chain", { name: "@weft/zk-chain", ...manifest })],
        [parseFile(file, source)],
      );
    const asked = { "@weft/ledger": "0.1.0" };
    const complaint = `${path}:1 @weft/ledger is not in the dependencies of sequencer/zk-chain`;
    expect(complain({})).toEqual([complaint]);
    expect(complain({ devDependencies: asked })).toEqual([complaint]);
    expect(complain({ devDependencies: asked }, "sequencer/zk-chain/src/a.test.ts")).toEqual([]);
    expect(complain({ dependencies: asked })).toEqual([]);
  });

  test.each(["node:fs", "fs", "node:fs/promises"])("%s in browser code", (specifier) => {
    const own = [workspace("sequencer/protocol", { name: "@weft/protocol" })];
    const files = [
      parseFile("sequencer/protocol/src/index.ts", 'export * from "./deep/a.ts";'),
      parseFile("sequencer/protocol/src/deep/a.ts", `import * as a from "${specifier}";`),
      parseFile("sequencer/protocol/src/a.test.ts", `import * as a from "${specifier}";`),
    ];
    expect(rules.nodeModulesInBrowserCode(own, files)).toEqual([
      `sequencer/protocol/src/deep/a.ts:1 ${specifier} is not there in browsers`,
    ]);
  });

  test("versions that are not pinned, or not the same", () => {
    const a = workspace("a", { name: "a", dependencies: { viem: "^2.57.1", zod: "4.6.7" } });
    const b = workspace("b", { name: "b", devDependencies: { zod: "4.6.8" } });
    expect(rules.looseVersions([a, b])).toEqual([
      "a/package.json:1 viem is not pinned: ^2.57.1",
      "b/package.json:1 zod is 4.6.8 here, 4.6.7 elsewhere",
    ]);
  });

  test("an install script that nobody looked at", () => {
    const own = workspace("", { name: "weft", allowScripts: { node: true, telemetry: false } });
    const lock = {
      "node_modules/node": { hasInstallScript: true },
      "node_modules/telemetry": { hasInstallScript: true },
      "node_modules/lmdb": { hasInstallScript: true },
      "node_modules/a/node_modules/lmdb": { hasInstallScript: true },
      "node_modules/a": {},
    };
    expect(rules.unreviewedScripts(own, lock)).toEqual([
      "package.json:1 allowScripts doesn't say whether lmdb may run its script",
    ]);
  });

  test("a file that is no TypeScript", () => {
    expect(() => parseFile("a.ts", "const = 1")).toThrow(SyntaxError);
  });
});
