import { tracingChannel } from "node:diagnostics_channel";

/** What listens to named steps subscribes to this tracing channel; messages are `NamedStep`s. */
export const STEP_CHANNEL = "weft.step";

/** A piece of work that takes the thread for long enough to be worth a name. */
export type NamedStep = { readonly name: string };

const steps = tracingChannel(STEP_CHANNEL);

/**
 * Runs a piece of work under a name, so that whoever watches the thread can say what held it (`watchLoop` of
 * `@weft/node`). For steps that come some hundred times a second, not for each action; while nobody watches it
 * costs a look at a flag.
 */
export function namedStep<T>(name: string, run: () => T): T {
  return steps.hasSubscribers ? steps.traceSync(run, { name }) : run();
}
