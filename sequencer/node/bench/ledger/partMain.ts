import { assert } from "@weft/protocol";
import type { PartMessage, Parts } from "./runPart.ts";
import { measureSteady } from "./steady.ts";
import { measureTurns } from "./turns.ts";

const log = (line: string) => process.send?.({ line });

const parts: { [P in keyof Parts]: () => Promise<Parts[P]> } = {
  throughput: () => measureTurns(log),
  steady: () =>
    measureSteady({
      actionsPerSecond: 50_000,
      perRoom: 10,
      loginsPerSecond: 10,
      warmUpSeconds: 4,
      seconds: 10,
      log,
    }),
};

const part = process.argv[2] ?? "";
assert(part in parts, `a part of the benchmark: ${part}`);
const result = await parts[part as keyof Parts]();
const message = { result } as PartMessage<keyof Parts>;
process.send?.(message, undefined, {}, () => process.disconnect());
