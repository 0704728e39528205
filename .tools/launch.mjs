import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { constants } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { SetUpError } from "./SetUpError.mjs";

/** A signal that comes again sooner than this is the same one, having taken another way. */
const SAME_SIGNAL_MS = 1_000;

/** @type {readonly NodeJS.Signals[]} */
const FORWARDED = ["SIGINT", "SIGTERM", "SIGHUP"];

/** @typedef {import("./staleness.mjs").Runtime} Runtime */

/**
 * Passes signals on to the program, each once. A Ctrl-C on a terminal goes to the whole process
 * group, so that the program has it already, and npm sends it down once more; a program that takes a
 * second SIGINT for impatience would otherwise never stop gently.
 * @param {import("node:child_process").ChildProcess} child
 * @returns {() => void} stops forwarding
 */
function forwardSignals(child) {
  /** @type {Map<NodeJS.Signals, number>} */
  const lastMs = new Map();
  const onTerminal = process.stdin.isTTY || process.stderr.isTTY;
  /** @param {NodeJS.Signals} signal */
  const onSignal = (signal) => {
    const nowMs = performance.now();
    const last = lastMs.get(signal);
    lastMs.set(signal, nowMs);
    const isSame = last !== undefined && nowMs - last < SAME_SIGNAL_MS;
    const hasItAlready = signal === "SIGINT" && onTerminal && last === undefined;
    if (!isSame && !hasItAlready) child.kill(signal);
  };
  for (const signal of FORWARDED) process.on(signal, onSignal);
  return () => {
    for (const signal of FORWARDED) process.off(signal, onSignal);
  };
}

/**
 * The PATH on which a program that starts `node`, or a script whose first line asks for it, gets the same Node.
 * @param {string} root
 * @param {Runtime} runtime
 */
export function programsPath(root, runtime) {
  const programs = join(root, "node_modules", ".bin");
  const first = runtime === "host" ? [dirname(process.execPath), programs] : [programs];
  return [...first, process.env.PATH ?? ""].join(delimiter);
}

/**
 * What else programs are started with: Node keeps compiled code, types stripped, which halves the time that a game
 * server and each process of the tests take to load.
 * @param {string} root
 * @param {Runtime} runtime
 * @returns {NodeJS.ProcessEnv}
 */
function programsEnv(root, runtime) {
  const NODE_COMPILE_CACHE = join(root, "node_modules", ".cache", "compiled");
  return { NODE_COMPILE_CACHE, ...process.env, PATH: programsPath(root, runtime) };
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
  const child = spawn(command, args, { stdio: "inherit", env: programsEnv(root, runtime) });
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
