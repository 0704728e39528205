import { spawnSync } from "node:child_process";
import type { TransportName } from "./messages.ts";

/** Runs Node where uWebSockets.js loads, on machines with an older C library. */
const WRAPPER = process.env.WEFT_BENCH_UWS_NODE;

/** Those that a server can be started with here. */
export function findTransports(): TransportName[] {
  const [program, ...args] = [...(WRAPPER === undefined ? [] : [WRAPPER]), process.execPath];
  const code = 'import("uWebSockets.js").then(() => process.exit(0), () => process.exit(1))';
  const { status } = spawnSync(program as string, [...args, "-e", code], {
    cwd: import.meta.dirname,
  });
  return status === 0 ? ["ws", "uWebSockets"] : ["ws"];
}

/** Only where it is needed: whatever is compared runs alike. */
export const wrapperOf = (transport: TransportName) =>
  transport === "uWebSockets" ? WRAPPER : undefined;

/** How a server is started whose clients behave badly. */
export type Setup = { readonly transport: TransportName; readonly networkThread: boolean };
type NamedSetup = Setup & { readonly name: string };

/** Each way to have players' sockets that there is here. */
export function findSetups(): NamedSetup[] {
  return findTransports().flatMap((transport): NamedSetup[] =>
    transport === "ws"
      ? [
          { transport, networkThread: true, name: "ws, in a thread of its own" },
          { transport, networkThread: false, name: "ws, on the serving thread" },
        ]
      : [{ transport, networkThread: false, name: transport }],
  );
}
