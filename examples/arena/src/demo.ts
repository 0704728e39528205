import type { GameServer } from "@weft/rooms";
import { LiveView } from "./demo/liveView.ts";
import { type DemoOptions, parseOptions } from "./demo/options.ts";
import { printAddresses, printSummary } from "./demo/printSummary.ts";
import { type Demo, runDemo } from "./demo/runDemo.ts";
import { StepError, Steps } from "./demo/steps.ts";
import { type FailedSummary, stepTimes } from "./demo/summary.ts";

/** `npm start` and `npm run demo`. Standard output holds the JSON where that is asked for, and nothing else. */
const options = parseOptions(process.argv.slice(2));
const stream = options.json ? process.stderr : process.stdout;
const interrupted = new Promise<NodeJS.Signals>((resolve) => {
  process.once("SIGINT", resolve);
  process.once("SIGTERM", resolve);
});
await main(options);

async function main(options: DemoOptions): Promise<void> {
  let view: LiveView | undefined;
  const steps = new Steps((step) => view?.onStep(step));
  view = new LiveView(stream, steps);
  view.start();
  const story = runDemo(options, steps, {
    onServer: (server, monitor, url) => view.watch(server, monitor, url),
    onBot: (progress) => view.onBot(progress),
  });
  const outcome = await Promise.race([story, interrupted]).catch((error: unknown) => ({ error }));
  view.stop();
  if (typeof outcome === "string") exitInterrupted();
  else if ("error" in outcome) exitFailed(outcome.error, steps);
  else await finish(outcome);
}

async function finish(demo: Demo): Promise<void> {
  const { summary } = demo;
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  else printSummary(summary, stream);
  if (options.stay) {
    printAddresses(summary, stream);
    const stopped = await Promise.race([interrupted, demo.server.node.failed]);
    if (stopped instanceof Error) process.exitCode = 1;
    else if (stopped === "SIGTERM") await drain(demo.server);
  }
  await demo.stop();
  process.exit();
}

/** Rounds that are under way come to their end first; another signal stops the server at once. */
async function drain(server: GameServer): Promise<void> {
  process.stderr.write("\nthe server stops when its rounds are over; once more to stop at once\n");
  process.once("SIGINT", () => server.stop()).once("SIGTERM", () => server.stop());
  await server.stop({ drain: true });
}

function exitFailed(error: unknown, steps: Steps): never {
  const failed =
    error instanceof StepError
      ? error.failure
      : { step: "the demo", code: "UNKNOWN", message: String(error) };
  const summary: FailedSummary = { ok: false, failed, steps: stepTimes(steps.all) };
  process.stderr.write(`\n${failed.step} failed: ${failed.message} (${failed.code})\n`);
  if (!(error instanceof StepError)) console.error(error);
  if (options.json) process.stdout.write(`${JSON.stringify(summary, null, 2)}\n`);
  process.exit(1);
}

function exitInterrupted(): never {
  process.stderr.write("\ninterrupted\n");
  process.exit(130);
}
