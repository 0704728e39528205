import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Steady } from "./steady.ts";
import type { FastChainTurn } from "./turns.ts";

export type Parts = { throughput: FastChainTurn[]; steady: Steady };

/** What a part says to the process that began it. */
export type PartMessage<P extends keyof Parts> =
  | { readonly line: string }
  | { readonly result: Parts[P] };

const PROGRAM = fileURLToPath(new URL("./partMain.ts", import.meta.url));

/** Measures in a process of its own, whose heap has nothing of what was measured before. */
export async function runPart<P extends keyof Parts>(
  part: P,
  log: (line: string) => void,
): Promise<Parts[P]> {
  const child = fork(PROGRAM, [part], { serialization: "advanced" });
  const end = () => child.kill();
  process.once("exit", end);
  let result: Parts[P] | undefined;
  child.on("message", (message: PartMessage<P>) => {
    if ("line" in message) log(message.line);
    else result = message.result;
  });
  // Once it is disconnected, all that it said has been heard.
  const [[exitCode]] = await Promise.all([once(child, "exit"), once(child, "disconnect")]);
  process.off("exit", end);
  if (result === undefined) throw new Error(`${part} ended with ${exitCode} and no result`);
  return result;
}
