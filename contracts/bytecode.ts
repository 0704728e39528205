/** What it takes to create the contracts: an entry of its own, so that browsers need not load it. */
export { type GenesisDeployment, genesisDeployments } from "./genesisDeployments.ts";
