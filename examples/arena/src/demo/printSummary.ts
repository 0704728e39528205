import { styleText } from "node:util";
import type { Address } from "@weft/protocol";
import { formatEther } from "viem";
import type { Summary } from "./summary.ts";

/** The summary for people. */
export function printSummary(summary: Summary, stream: NodeJS.WriteStream): void {
  const style = (format: Parameters<typeof styleText>[0], text: string) =>
    styleText(format, text, { stream });
  const { round, sale, ledger, crossings, replay, players, logins } = summary;
  const name = (address: string) =>
    players.find((player) => [player.address, player.payout].includes(address as Address))?.name ??
    address;
  const eth = (wei: string) => Number(formatEther(BigInt(wei))).toFixed(4);
  const minted = round.minted.map(
    ({ tokenId, item, player, to }) =>
      `  #${tokenId} ${item.padEnd(8)} → ${player.padEnd(8)} ${style("dim", to)}`,
  );
  const rows = players.map(
    ({ name, pass, zkWei, fastWei, items }) =>
      `  ${name.padEnd(9)}${`#${pass}`.padEnd(7)}${eth(zkWei).padStart(14)}${eth(fastWei).padStart(14)}${String(items).padStart(9)}`,
  );
  const times = summary.steps.map(
    ({ name, ms }) => `  ${ms.toLocaleString("en").padStart(8)} ms  ${name}`,
  );
  const heading = (text: string) => `\n${style("bold", text)}`;
  stream.write(
    `${[
      heading(
        `Round ${round.id.slice(0, 10)}…: ${round.minted.length} of at most ${round.cap} prizes minted, co-signed by ${round.coSigned} players`,
      ),
      ...minted,
      heading("Sale"),
      `  ${name(sale.buyer)} bought #${sale.tokenId} from ${name(sale.seller)} for ${formatEther(BigInt(sale.priceWei))} ZKPoW`,
      heading("Players"),
      style(
        "dim",
        `  ${"".padEnd(9)}${"pass".padEnd(7)}${"ZK chain".padStart(14)}${"fast chain".padStart(14)}${"prizes".padStart(9)}`,
      ),
      ...rows,
      heading("Logins"),
      `  ${logins.players.length} by zero-knowledge proof of holding a pass, each in ${(logins.proveMs / 1000).toFixed(1)} s at most, all at once`,
      style("dim", "  with keys of a development set-up, for nothing of worth: circuits/README.md"),
      heading("Ledger"),
      `  ${summary.actions.toLocaleString("en")} actions in the round, ${summary.sealed.toLocaleString("en")} sealed by their players`,
      `  ${ledger.fastBlocks} fast and ${ledger.zkBlocks} ZK blocks, ${ledger.switches} switches between them`,
      `  value crossed to the fast chain in ${crossings.toFastMs} ms, and back in ${crossings.toZkMs} ms`,
      `  replayed from the first block: ${replay.heights} heights in ${replay.ms} ms, all roots equal`,
      heading("Time"),
      ...times,
      "",
    ].join("\n")}\n`,
  );
}

/** Where to connect, for as long as the server stays up. */
export function printAddresses(summary: Summary, stream: NodeJS.WriteStream): void {
  const { game, explorer, zkRpc, fastRpc, zkChainId, fastChainId } = summary.addresses;
  stream.write(
    [
      styleText("bold", "Running", { stream }),
      `  play                 ${styleText("bold", game, { stream })}   in a browser; it is the game server's address too`,
      `  explorer             ${explorer}`,
      `  ZK chain   JSON-RPC  ${zkRpc}   chain id ${zkChainId}`,
      `  fast chain JSON-RPC  ${fastRpc}   chain id ${fastChainId}`,
      "  Ctrl-C stops it.",
      "",
    ].join("\n"),
  );
}
