import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { basename, dirname, join, resolve } from "node:path";
import { stripVTControlCharacters } from "node:util";
import { CircuitsError } from "../src/errors.ts";

/** The compiler's own memory is the limit long before its messages are. */
const MAX_OUTPUT_BYTES = 16 * 1024 * 1024;

const require = createRequire(import.meta.url);

/** What circom made of a circuit. */
export type CompiledCircuit = {
  /** Paths. */
  readonly r1cs: string;
  readonly wasm: string;
  /** Names of signals: `label,wire,component,name` a line; the wire is -1 where none is left. */
  readonly sym: string;
  /** What circom says that isn't a figure or a file's name: warnings, also of signals that nothing constrains. */
  readonly warnings: string;
};

/**
 * Compiles a circuit with circom, in WebAssembly.
 *
 * @param level of simplification. 1, what is shipped, takes away signals that are another one or a constant.
 *   2 would take away sums as well, and put them wherever their signal is multiplied: fewer constraints, a larger key.
 *   0 leaves every constraint of the source where it is.
 * @throws CircuitsError COMPILE_FAILED
 */
export async function compileCircuit(
  source: string,
  folder: string,
  level: 0 | 1 | 2 = 1,
): Promise<CompiledCircuit> {
  const flags = ["--r1cs", "--wasm", "--sym", "--inspect", `--O${level}`];
  const args = [
    require.resolve("circom2/cli.js"),
    resolve(source),
    ...flags,
    "-o",
    resolve(folder),
  ];
  const output = await run(args, join(dirname(resolve(source)), ".."));
  const name = basename(source, ".circom");
  return {
    r1cs: join(folder, `${name}.r1cs`),
    wasm: join(folder, `${name}_js`, `${name}.wasm`),
    sym: join(folder, `${name}.sym`),
    warnings: output.trim(),
  };
}

/** Messages are on standard error. circom2 finds only what is below its working folder, and circuits include those beside theirs. */
function run(args: readonly string[], cwd: string): Promise<string> {
  return new Promise((done, fail) => {
    const options = { cwd, maxBuffer: MAX_OUTPUT_BYTES };
    execFile(process.execPath, [...args], options, (error, _stdout, stderr) => {
      const text = stripVTControlCharacters(stderr);
      if (error === null) done(text);
      else fail(new CircuitsError("COMPILE_FAILED", `circom: ${text.trim()}`, { cause: error }));
    });
  });
}
