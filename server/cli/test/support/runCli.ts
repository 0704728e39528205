import { runCommand } from "../../src/main.ts";

/** Runs a command line as `weft` would, and gives what it wrote. */
export async function runCli(...argv: string[]) {
  let stdout = "";
  let stderr = "";
  const code = await runCommand(argv, {
    out: (text) => {
      stdout += text;
    },
    err: {
      write: (text) => {
        stderr += text;
      },
    },
    signal: new AbortController().signal,
  });
  return { code, stdout, stderr };
}
