/**
 * For the tests that kill a node or damage its files: starts one, prints where it listens, replays everything
 * and holds it against what the node says, prints what it found, and stops when its standard input ends. In
 * a process of its own, as V8 doesn't bear it when one process loads and drops WebAssembly dozens of times
 * (nodejs/node#64500).
 */
import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { assert, CodedError } from "@weft/protocol";
import { silentLogger, startNode, verifyLedger } from "../../src/index.ts";

const POLL_MS = 20;

const [, , dataDir] = process.argv;
if (dataDir === undefined) throw new Error("usage: verifyProcess.ts <dataDir>");
const node = await startNode({ dataDir, rpc: { port: 0 }, logger: silentLogger });
const tell = (fields: object) => process.stdout.write(`${JSON.stringify(fields)}\n`);
tell({ fastUrl: node.rpc.fastUrl });
try {
  await verify();
  tell({ codes: [] });
} catch (error) {
  const { message } = error as Error;
  tell({ message, codes: [...causesOf(error)].map(codeOf) });
}
await once(process.stdin.resume(), "end");
await node.stop();

async function verify(): Promise<void> {
  const { ledger, fastChain, zkChain, fastChainId, zkChainId } = node;
  // Whatever left has arrived: at the latest with the block that this start made.
  while ((await zkChain.nextReleaseNonce()) < fastChain.withdrawals) await wait(POLL_MS);
  const verified = await verifyLedger({ ledger, fastChainId, zkChainId });
  const [fast, zk] = [ledger.chainHead(fastChainId), ledger.chainHead(zkChainId)];
  assert(verified.stateRoots.fast === fast?.header.stateRoot, "the fast chain's root is another");
  assert(verified.stateRoots.zk === zk?.header.stateRoot, "the ZK chain's root is another");
  assert((await zkChain.newest())?.hash === zk?.hash, "the ZK chain isn't where the ledger is");
}

function* causesOf(error: unknown): Generator<Error> {
  for (let cause = error; cause instanceof Error; cause = cause.cause) yield cause;
}

function codeOf(error: Error): string {
  return error instanceof CodedError ? error.code : error.name;
}
