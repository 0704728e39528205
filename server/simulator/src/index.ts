export { MUTATIONS, type Mutation } from "./mutations.ts";
export { type SimulationResult, simulate } from "./simulate.ts";
export type { SimulationOptions } from "./simulation.ts";
