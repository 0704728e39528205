import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

/** npm as a newcomer calls it: without what the npm that runs these tests has set, and without a network. */
export function npm(cwd: string, ...args: string[]): ChildProcess {
  const env = Object.entries(process.env).filter(
    ([key]) => !/^(npm_|NODE_|VITEST|VITE_)/i.test(key) && key !== "TEST",
  );
  return spawn("npm", args, {
    cwd,
    env: { ...Object.fromEntries(env), npm_config_offline: "true" },
    stdio: ["ignore", "pipe", "pipe"],
  });
}

/** Reads what a program prints up to a line; the rest is thrown away. @returns the lines, that one included */
export async function linesUntil(child: ChildProcess, wanted: RegExp): Promise<string[]> {
  const lines: string[] = [];
  for await (const line of createInterface(child.stdout as NodeJS.ReadableStream)) {
    lines.push(line);
    if (wanted.test(line)) break;
  }
  child.stdout?.resume();
  child.stderr?.resume();
  return lines;
}
