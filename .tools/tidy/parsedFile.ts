import { parseSync } from "oxc-parser";

/** Something found in a file, and the line it starts on, counted from 1. */
export interface Found {
  readonly line: number;
}

export interface FoundImport extends Found {
  /** What stands between the quotes: `node:fs`, `@weft/ledger`, `./codec.ts`. */
  readonly specifier: string;
}

export interface FoundFunction extends Found {
  readonly lineCount: number;
}

/** What the rules of the tidy test want to know of a TypeScript or JavaScript file. */
export interface ParsedFile {
  /** Relative to the repository, with `/`. */
  readonly path: string;
  /** Static and dynamic imports, re-exports, import types, and `new URL("./x.ts", import.meta.url)`. */
  readonly imports: readonly FoundImport[];
  readonly functions: readonly FoundFunction[];
  readonly enums: readonly Found[];
  readonly defaultExports: readonly Found[];
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const FUNCTIONS = new Set(["FunctionDeclaration", "FunctionExpression", "ArrowFunctionExpression"]);

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}

function childrenOf(node: Node): Node[] {
  return Object.values(node)
    .flatMap((value) => (Array.isArray(value) ? value : [value]))
    .filter(isNode);
}

function stringOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === "Literal" && typeof node.value === "string") return node.value;
  return undefined;
}

/** The module that a node names, if it is of a kind that names one. */
function specifierOf(node: Node): string | undefined {
  switch (node.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
    case "ExportNamedDeclaration":
    case "ImportExpression":
    case "TSImportType":
      return stringOf(node.source);
    case "NewExpression": {
      // a worker's file: `new URL("./worker.ts", import.meta.url)`
      const [path, base] = Array.isArray(node.arguments) ? node.arguments : [];
      const isUrl = isNode(node.callee) && node.callee.name === "URL";
      return isUrl && isNode(base) && base.type === "MemberExpression" ? stringOf(path) : undefined;
    }
    default:
      return undefined;
  }
}

/** vitest's, and `describeInChromium` of the client SDK's testing. */
const HEADINGS = new Set<unknown>(["describe", "describeInChromium", "suite"]);

/** `describe(…)`, `describe.each(…)(…)`, `suite.skip(…)`: a heading over tests, not a function. */
function isDescribeCall(node: Node): boolean {
  if (node.type !== "CallExpression") return false;
  let callee: unknown = node.callee;
  while (isNode(callee) && callee.type !== "Identifier") {
    callee = callee.object ?? callee.callee ?? callee.tag;
  }
  return isNode(callee) && HEADINGS.has(callee.name);
}

function exportsDefault(node: Node): boolean {
  if (node.type === "ExportDefaultDeclaration") return true;
  if (node.type !== "ExportSpecifier") return false;
  const exported = node.exported;
  return isNode(exported) && (exported.name ?? exported.value) === "default";
}

function lineStartsOf(source: string): number[] {
  const starts = [0];
  for (let at = source.indexOf("\n"); at >= 0; at = source.indexOf("\n", at + 1)) {
    starts.push(at + 1);
  }
  return starts;
}

/**
 * Parses a file.
 * @param path relative to the repository; its ending says which language it is
 * @throws SyntaxError when it is not valid
 */
export function parseFile(path: string, source: string): ParsedFile {
  const { program, errors } = parseSync(path, source, { sourceType: "module" });
  const [error] = errors;
  if (error !== undefined) throw new SyntaxError(`${path}: ${error.message}`);

  const lineStarts = lineStartsOf(source);
  const lineAt = (offset: number) => {
    const after = lineStarts.findIndex((start) => start > offset);
    return after < 0 ? lineStarts.length : after;
  };
  const imports: FoundImport[] = [];
  const functions: FoundFunction[] = [];
  const enums: Found[] = [];
  const defaultExports: Found[] = [];

  /** Returns how many lines of the node belong to describe blocks, which don't count. */
  const visit = (node: Node, isHeading: boolean): number => {
    const line = lineAt(node.start);
    const lineCount = lineAt(node.end - 1) - line + 1;
    const specifier = specifierOf(node);
    if (specifier !== undefined) imports.push({ specifier, line });
    if (node.type === "TSEnumDeclaration") enums.push({ line });
    if (exportsDefault(node)) defaultExports.push({ line });

    const describes = isDescribeCall(node);
    let headingLines = 0;
    for (const child of childrenOf(node)) headingLines += visit(child, describes);
    if (!FUNCTIONS.has(node.type)) return headingLines;
    if (isHeading) return lineCount;
    functions.push({ line, lineCount: lineCount - headingLines });
    return headingLines;
  };
  for (const statement of program.body) visit(statement as unknown as Node, false);
  return { path, imports, functions, enums, defaultExports };
}
