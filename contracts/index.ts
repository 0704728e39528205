/** What it takes to use the contracts: typed ABIs and fixed addresses. */
export {
  type ContractName,
  contractAddresses,
  deployerAddress,
  gamePassCommitmentsSlot,
  nativeAsset,
  systemAddress,
} from "./deployments.ts";
export { gameItemsAbi } from "./generated/gameItemsAbi.ts";
export { gamePassAbi } from "./generated/gamePassAbi.ts";
export { marketAbi } from "./generated/marketAbi.ts";
export { portalAbi } from "./generated/portalAbi.ts";
export { roundReportsAbi } from "./generated/roundReportsAbi.ts";
export {
  type CoSignatureArgs,
  coSignMessage,
  MAX_CO_SIGNATURES,
  MAX_PLAYERS_PER_ROUND,
  playerIdOf,
  quorumOf,
  type ReportArgs,
  toCoSignatureArgs,
  toReportArgs,
} from "./roundReport.ts";
