import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { SetUpError } from "./SetUpError.mjs";

/** On a terminal, a Ctrl-C that comes sooner than this after the first is the same one. */
const SAME_CTRL_C_MS = 1_000;

/** @typedef {import("./staleness.mjs").Runtime} Runtime */

/**
 * Ctrl-C on a terminal goes to the whole process group, so the program has it already, and npm sends
 * it down once more: what is passed on is only a SIGINT that came another way, or one that repeats.
 * A program that takes a second SIGINT for impatience would otherwise never stop gently.
 * @param {import("node:child_process").ChildProcess} child
 * @returns {() => void} stops forwarding
 */
function forwardSignals(child) {
  let firstMs = process.stdin.isTTY || process.stderr.isTTY ? undefined : -Infinity;
  const onInterrupt = () => {
    firstMs ??= performance.now();
    if (performance.now() - firstMs > SAME_CTRL_C_MS) child.kill("SIGINT");
  };
  const onTerminate = () => child.kill("SIGTERM");
  const onHangUp = () => child.kill("SIGHUP");
  process.on("SIGINT", onInterrupt).on("SIGTERM", onTerminate).on("SIGHUP", onHangUp);
  return () => {
    process.off("SIGINT", onInterrupt).off("SIGTERM", onTerminate).off("SIGHUP", onHangUp);
  };
}

/**
 * Runs a program of node_modules, or `node`, with our stdio, to its end.
 * @param {string} root
 * @param {Runtime} runtime
 * @param {string} program
 * @param {string[]} args
 * @returns {Promise<number>} its exit code; 128 + n after a signal n, as a shell says it
 * @throws {SetUpError} UNKNOWN_PROGRAM
 */
export async function launch(root, runtime, program, args) {
  const programs = join(root, "node_modules", ".bin");
  const useHostNode = runtime === "host" && program === "node";
  const command = useHostNode ? process.execPath : join(programs, program);
  if (/[/\\]/.test(program) || !existsSync(command)) {
    const message = `there is no program "${program}" in node_modules/.bin`;
    throw new SetUpError("UNKNOWN_PROGRAM", message, { exitCode: 127 });
  }
  // A program that starts `node`, or a script whose first line asks for it, gets the same Node.
  const first = runtime === "host" ? [dirname(process.execPath), programs] : [programs];
  const PATH = [...first, process.env.PATH ?? ""].join(delimiter);
  const child = spawn(command, args, { stdio: "inherit", env: { ...process.env, PATH } });
  const stopForwarding = forwardSignals(child);
  try {
    return await new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", (code, signal) => {
        resolve(signal === null ? (code ?? 1) : 128 + constants.signals[signal]);
      });
    });
  } finally {
    stopForwarding();
  }
}
