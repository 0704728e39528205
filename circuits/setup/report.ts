import type { SnarkjsLogger } from "snarkjs";

/** How often a step that takes minutes says that it is alive. */
const HEARTBEAT_MS = 10_000;

/** Tells a person how far a set-up is. */
export type Report = {
  /** Runs a step, with its number and its name before it, and how long it took behind. */
  step<T>(name: string, run: (logger: SnarkjsLogger) => Promise<T>): Promise<T>;
  note(text: string): void;
};

/** @param steps how many there will be; @param print takes a line */
export function createReport(steps: number, print: (line: string) => void): Report {
  let count = 0;
  return {
    async step(name, run) {
      const prefix = `[${++count}/${steps}]`;
      const startedMs = performance.now();
      print(`${prefix} ${name}`);
      const result = await run(createLogger(prefix, startedMs, print));
      print(`${prefix} done in ${seconds(startedMs)}`);
      return result;
    },
    note: print,
  };
}

/** Of what snarkjs says to developers, the newest line now and then, and every warning. */
function createLogger(
  prefix: string,
  startedMs: number,
  print: (line: string) => void,
): SnarkjsLogger {
  let toldMs = startedMs;
  const tell = (message: string) => {
    const nowMs = performance.now();
    if (nowMs - toldMs < HEARTBEAT_MS) return;
    toldMs = nowMs;
    print(`${prefix}   ${seconds(startedMs)}: ${message.split("\n")[0]}`);
  };
  const warn = (message: string) => print(`${prefix}   ${message}`);
  return { debug: tell, info: tell, warn, error: warn };
}

function seconds(startedMs: number): string {
  return `${Math.round((performance.now() - startedMs) / 1000)} s`;
}
