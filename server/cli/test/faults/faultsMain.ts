// `npm run test:faults -- --kills 1000 --seed 7`: kills a server under load as often as is wanted.
import { parseArgs } from "node:util";
import { runKills } from "./killSuite.ts";

const { values } = parseArgs({
  options: { kills: { type: "string", default: "100" }, seed: { type: "string" } },
});
const kills = Number(values.kills);
const seed = Number(values.seed ?? Math.floor(Math.random() * 2 ** 32));
if (!Number.isInteger(kills) || kills < 1 || !Number.isInteger(seed)) {
  console.error("npm run test:faults -- [--kills NUMBER] [--seed NUMBER]");
  process.exit(2);
}
// Colyseus's SDK says on the console that it reconnects.
console.info = () => {};
console.log(`npm run test:faults -- --kills ${kills} --seed ${seed}`);
try {
  const summary = await runKills({ kills, seed, log: console.log });
  console.log(JSON.stringify(summary, null, 2));
  process.exit(0);
} catch (error) {
  console.error(error);
  console.error(`failed: npm run test:faults -- --kills ${kills} --seed ${seed}`);
  process.exit(1);
}
