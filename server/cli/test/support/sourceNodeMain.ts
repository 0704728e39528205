// A node as a process of its own, with something to order all the time: `node sourceNodeMain.ts DIR PORT`. Prints its URL.
import { contractAddresses, portalAbi } from "@weft/contracts";
import { lowerAddress, silentLogger, startNode } from "@weft/node";
import { encodeFunctionData } from "viem";

const [dataDir = "", port = "0"] = process.argv.slice(2);
const node = await startNode({ dataDir, rpc: { port: Number(port) }, logger: silentLogger });
process.stdout.write(`${node.rpc.url}\n`);
void node.failed.then((error) => {
  throw error;
});
const to = lowerAddress(contractAddresses.portal);
const recipient = node.operator.address;
const data = encodeFunctionData({ abi: portalAbi, functionName: "deposit", args: [recipient] });
for (;;) await node.operator.send({ to, data, value: 1n });
