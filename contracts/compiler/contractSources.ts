import type { ContractName } from "../deployments.ts";

/** The Solidity name of each contract that is deployed; its source is `src/<name>.sol`. */
export const contractSources: Readonly<Record<ContractName, string>> = {
  gamePass: "GamePass",
  gameItems: "GameItems",
  roundReports: "RoundReports",
  market: "Market",
  portal: "Portal",
};
