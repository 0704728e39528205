import { type ContractName, contractAddresses, systemAddress } from "@weft/contracts";

const titles: Readonly<Record<ContractName, string>> = {
  gamePass: "GamePass",
  gameItems: "GameItems",
  roundReports: "RoundReports",
  market: "Market",
  portal: "Portal",
};

const names = new Map<string, string>([
  ...Object.entries(contractAddresses).map(([name, address]): [string, string] => [
    address.toLowerCase(),
    titles[name as ContractName],
  ]),
  [systemAddress.toLowerCase(), "the ledger itself"],
  [`0x${"0".repeat(40)}`, "nobody"],
]);

/** What an address is called that is the same on every Weft chain. */
export function nameOf(address: string): string | undefined {
  return names.get(address.toLowerCase());
}
