/** For tests and benchmarks elsewhere. Imports nothing of a test runner: plain processes use it too. */
export { createChance, createRandom } from "./createChance.ts";
export { median, percentile } from "./percentile.ts";
