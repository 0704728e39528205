/**
 * For the tests that kill a node: runs one until it is killed or told to stop (SIGTERM), and keeps value
 * crossing to the fast chain meanwhile. Prints where it listens, as a line of JSON, when it is up.
 */
import { contractAddresses, portalAbi } from "@weft/contracts";
import type { Address } from "@weft/protocol";
import { encodeFunctionData } from "viem";
import { type Logger, lowerAddress, startNode } from "../../src/index.ts";

const [, , dataDir, ...recipients] = process.argv;
if (dataDir === undefined) throw new Error("usage: nodeProcess.ts <dataDir> <recipient>…");

const tell = (message: string, fields?: Record<string, unknown>) =>
  process.stderr.write(`${message} ${JSON.stringify(fields ?? {}, replaceErrors)}\n`);
const replaceErrors = (_key: string, value: unknown) =>
  value instanceof Error ? `${value.stack} ${JSON.stringify({ ...value })}` : value;
const logger: Logger = { debug: () => {}, info: tell, warn: tell, error: tell };

const node = await startNode({
  dataDir,
  logger,
  rpc: { port: 0 },
  snapshots: { everyBlocks: 10, everyMs: 1000, keep: 2 },
});
void node.failed.then(() => process.exit(3));

let isStopping = false;
process.on("SIGTERM", () => {
  isStopping = true;
  void node.stop().then(() => process.exit(0));
});

const deposit = (recipient: Address, value: bigint) => {
  const data = encodeFunctionData({ abi: portalAbi, functionName: "deposit", args: [recipient] });
  return node.operator.send({ to: lowerAddress(contractAddresses.portal), data, value });
};
// What they begin with; a deposit that a kill interrupted may come on top, and that is no harm.
const nothingYet = node.fastChain.deposits < BigInt(recipients.length);
if (nothingYet) for (const recipient of recipients) await deposit(recipient as Address, 10n ** 9n);
process.stdout.write(`${JSON.stringify({ fastUrl: node.rpc.fastUrl })}\n`);

while (!isStopping) {
  try {
    await deposit(recipients[0] as Address, 1n);
  } catch (error) {
    if (!isStopping) throw error;
  }
}
