// `npm run test:faults -- --kills 1000 --seed 7`: kills a server under load as often as is wanted.
import { parseArgs } from "node:util";
import { runKills } from "./killSuite.ts";

const USAGE = `npm run test:faults -- [OPTIONS]
Kills a game server under load again and again, and says whether anything was lost or done twice.
  --kills N  how often (100)
  --seed N   kills at the same moments as the run that printed this seed, as far as the machine lets it
  --help
Exit codes: 0 nothing was lost or done twice, 1 something was, 2 usage.`;

type Settings = { readonly kills: number; readonly seed: number };

/** @throws Error that says what is wrong with the command line */
function readSettings(): Settings | "help" {
  const { values } = parseArgs({
    options: {
      kills: { type: "string", default: "100" },
      seed: { type: "string" },
      help: { type: "boolean" },
    },
  });
  if (values.help) return "help";
  const kills = wholeNumber("--kills", values.kills);
  if (kills < 1) throw new Error("--kills: at least 1");
  const seed = values.seed ?? String(Math.floor(Math.random() * 2 ** 32));
  return { kills, seed: wholeNumber("--seed", seed) };
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  throw new Error(`${option}: a whole number expected, got ${text}`);
}

async function run({ kills, seed }: Settings): Promise<number> {
  // Colyseus's SDK says on the console that it reconnects.
  console.info = () => {};
  console.log(`npm run test:faults -- --kills ${kills} --seed ${seed}`);
  try {
    console.log(JSON.stringify(await runKills({ kills, seed, log: console.log }), null, 2));
    return 0;
  } catch (error) {
    console.error(error);
    console.error(`failed: npm run test:faults -- --kills ${kills} --seed ${seed}`);
    return 1;
  }
}

let settings: Settings | "help";
try {
  settings = readSettings();
} catch (error) {
  console.error(`${(error as Error).message}\n\n${USAGE}`);
  process.exit(2);
}
if (settings === "help") console.log(USAGE);
else process.exit(await run(settings));
