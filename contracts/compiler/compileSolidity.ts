import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import solc from "solc";
import type { Abi, Hex } from "viem";
import { ContractsError } from "./contractsError.ts";

const contractsDir = fileURLToPath(new URL("..", import.meta.url));
const require = createRequire(import.meta.url);

/** What an import may start with, and the folder it is read from. Nothing else can be imported. */
const importRoots: Readonly<Record<string, string>> = {
  "@openzeppelin/contracts/": dirname(require.resolve("@openzeppelin/contracts/package.json")),
  "src/": join(contractsDir, "src"),
  "test/": join(contractsDir, "test"),
};

const settings = {
  evmVersion: "osaka",
  optimizer: { enabled: true, runs: 10_000 },
  // Without the hash of sources and metadata, a comment that changes leaves the bytecode as it is.
  metadata: { bytecodeHash: "none", appendCBOR: false },
  outputSelection: { "*": { "*": ["abi", "evm.bytecode.object"] } },
};

/** A compiled contract. `creationCode` lacks the constructor's arguments. */
export interface CompiledContract {
  readonly abi: Abi;
  readonly creationCode: Hex;
}

/** Contracts by name, of the files that were asked for but not of what they import. */
export interface Compilation {
  readonly contracts: Readonly<Record<string, CompiledContract>>;
  /** The compiler's warnings on our own sources, formatted for people. */
  readonly warnings: readonly string[];
}

interface SolcOutput {
  readonly errors?: readonly SolcMessage[];
  readonly contracts?: Readonly<Record<string, Readonly<Record<string, SolcContract>>>>;
}

interface SolcMessage {
  readonly severity: string;
  readonly formattedMessage: string;
  readonly sourceLocation?: { readonly file: string };
}

interface SolcContract {
  readonly abi: Abi;
  readonly evm: { readonly bytecode: { readonly object: string } };
}

/**
 * Compiles Solidity files with the solc of this package.
 *
 * @param files Paths relative to the contracts folder, such as `src/Market.sol`.
 * @throws ContractsError COMPILE_FAILED with the compiler's messages in `details.messages`;
 *   SOURCE_UNREADABLE; COMPILER_OUTPUT_INVALID.
 *
 * @example
 * const { contracts } = compileSolidity(["src/Market.sol"]);
 * contracts.Market?.abi;
 */
export function compileSolidity(files: readonly string[]): Compilation {
  const sources = Object.fromEntries(files.map((file) => [file, { content: readSource(file) }]));
  const input = { language: "Solidity", sources, settings };
  const output = parseOutput(solc.compile(JSON.stringify(input), { import: importSource }));

  const messages = output.errors ?? [];
  const failures = messages.filter((message) => message.severity === "error");
  if (failures.length > 0) {
    const formatted = failures.map((failure) => failure.formattedMessage);
    throw new ContractsError(
      "COMPILE_FAILED",
      `solc refused the sources\n${formatted.join("\n")}`,
      {
        details: { messages: formatted },
      },
    );
  }

  const contracts: Record<string, CompiledContract> = {};
  for (const file of files) {
    for (const [name, { abi, evm }] of Object.entries(output.contracts?.[file] ?? {})) {
      contracts[name] = { abi, creationCode: `0x${evm.bytecode.object}` };
    }
  }
  const ours = messages.filter(({ sourceLocation }) => !sourceLocation?.file.startsWith("@"));
  return { contracts, warnings: ours.map((message) => message.formattedMessage) };
}

/** Trusts the compiler's shape beyond its first level: it is a pinned dependency, not outside input. */
function parseOutput(json: unknown): SolcOutput {
  try {
    const output: unknown = JSON.parse(String(json));
    if (typeof output === "object" && output !== null) return output;
  } catch (cause) {
    throw new ContractsError("COMPILER_OUTPUT_INVALID", "solc did not answer in JSON", { cause });
  }
  throw new ContractsError("COMPILER_OUTPUT_INVALID", "solc did not answer with an object");
}

function importSource(path: string): { contents: string } | { error: string } {
  try {
    return { contents: readSource(path) };
  } catch (cause) {
    return { error: cause instanceof Error ? cause.message : String(cause) };
  }
}

function readSource(path: string): string {
  const root = Object.keys(importRoots).find((prefix) => path.startsWith(prefix));
  const folder = root === undefined ? undefined : importRoots[root];
  if (root === undefined || folder === undefined || normalize(path) !== path) {
    throw new ContractsError("SOURCE_UNREADABLE", `${path} is outside the folders of sources`);
  }
  try {
    return readFileSync(join(folder, path.slice(root.length)), "utf8");
  } catch (cause) {
    throw new ContractsError("SOURCE_UNREADABLE", `${path} can't be read`, { cause });
  }
}
