import { type CompiledContract, compileSolidity } from "./compileSolidity.ts";
import { contractSources } from "./contractSources.ts";
import { ContractsError } from "./contractsError.ts";

const header = "// Generated from src/*.sol by `npm run contracts:build`; do not edit.\n";

/** What the contracts compile to, as files for the \`generated\` folder. */
export interface GeneratedFiles {
  /** Contents by file name. */
  readonly files: ReadonlyMap<string, string>;
  readonly warnings: readonly string[];
}

/**
 * Compiles the contracts and renders a typed ABI file for each, and one file with all creation code.
 *
 * @throws ContractsError COMPILE_FAILED, SOURCE_UNREADABLE, COMPILER_OUTPUT_INVALID.
 */
export function generateFiles(): GeneratedFiles {
  const sources = Object.entries(contractSources);
  const { contracts, warnings } = compileSolidity(sources.map(([, name]) => `src/${name}.sol`));

  const files = new Map<string, string>();
  files.set("testTokens.ts", testContracts("TestTokens.sol", { coin: "Coin", deed: "Deed" }));
  files.set("testMoves.ts", testContracts("Moves.sol", { moves: "Moves" }));
  let creationCode = header;
  for (const [name, solidityName] of sources) {
    const compiled = contracts[solidityName];
    if (compiled === undefined) {
      throw new ContractsError("COMPILER_OUTPUT_INVALID", `solc left out ${solidityName}`);
    }
    const items = compiled.abi.map((item) => `  ${JSON.stringify(item)},\n`).join("");
    files.set(`${name}Abi.ts`, `${header}\nexport const ${name}Abi = [\n${items}] as const;\n`);
    creationCode += constant(name, compiled);
  }
  return { files: files.set("creationCode.ts", creationCode), warnings };
}

/** What tests and benchmarks of other packages deploy: compiled here, so that only this package needs a compiler. */
function testContracts(file: string, names: Readonly<Record<string, string>>): string {
  const { contracts } = compileSolidity([`test/helpers/${file}`]);
  const constants = Object.entries(names).map(([name, solidityName]) => {
    const compiled = contracts[solidityName];
    if (compiled === undefined) {
      throw new ContractsError("COMPILER_OUTPUT_INVALID", `solc left out ${solidityName}`);
    }
    return constant(name, compiled);
  });
  return [header.replace("src", "test/helpers"), ...constants].join("");
}

const constant = (name: string, { creationCode }: CompiledContract) =>
  `\nexport const ${name}CreationCode: \`0x\${string}\` =\n  "${creationCode}";\n`;
