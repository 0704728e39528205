import { Worker } from "node:worker_threads";
import { chainNumber, timestampMs } from "@weft/protocol";
import { afterEach, expect, it } from "vitest";
import { connectZkChain } from "./connectZkChain.ts";
import type { ZkChainError } from "./errors.ts";
import { MAX_WAITING_CALLS, MIN_WORKER_HEAP_MB } from "./limits.ts";
import { startZkChain } from "./startZkChain.ts";
import {
  alice,
  carol,
  codeOf,
  genesis,
  lowerCase,
  START_MS,
  sign,
  TestLedger,
} from "./testChain.ts";
import type { ZkChain } from "./types.ts";

const started: ZkChain[] = [];
async function start(): Promise<ZkChain> {
  const chain = await startZkChain();
  started.push(chain);
  return chain;
}
afterEach(async () => {
  await Promise.all(started.splice(0).map((chain) => chain.stop()));
});

it("lives a block in its worker, and tells what happens", async () => {
  const chain = await start();
  const ledger = new TestLedger();
  const committed: number[] = [];
  let pending = 0;
  chain.onCommitted(({ number, transactionHashes }) =>
    committed.push(number * 10 + transactionHashes.length),
  );
  const stopListening = chain.onPending(() => pending++);

  const first = ledger.order(await chain.buildGenesis(genesis));
  await chain.commit(first.header, first.hash);
  const hash = await chain.submit(await sign(alice, { to: carol.address, value: 5n }));
  expect(pending).toBe(1);
  stopListening();
  const built = await chain.build({ timestampMs: timestampMs(START_MS + 1000), releases: [] });
  if (built === undefined) throw new Error("nothing built");
  const second = ledger.order(built);
  await chain.commit(second.header, second.hash);
  expect(await chain.balance(lowerCase(carol.address))).toBe(5n);
  expect(await chain.receipt(hash)).toMatchObject({ status: "success", blockHash: second.hash });
  expect(committed).toEqual([1, 11]);

  const replayed = await start();
  for (const block of ledger.blocks) await replayed.execute(block);
  expect(await replayed.newest()).toEqual(await chain.newest());
  expect(await replayed.blockTransactions(chainNumber(1))).toEqual(
    await chain.blockTransactions(chainNumber(1)),
  );
});

it("hands errors over with code, details and cause", async () => {
  const chain = await start();
  await expect(chain.submit(Uint8Array.of(1))).rejects.toMatchObject({ code: "NO_GENESIS" });
  const block = new TestLedger().order(await chain.buildGenesis(genesis));
  await chain.commit(block.header, block.hash);
  const error = await chain.submit(Uint8Array.of(2, 0xc0)).catch((reason: ZkChainError) => reason);
  expect(error).toMatchObject({ code: "TX_MALFORMED", name: "ZkChainError" });
  expect((error as ZkChainError).cause).toBeInstanceOf(Error);
  await expect(chain.execute(block)).rejects.toMatchObject({
    code: "BLOCK_INVALID",
    details: { rule: "parent", number: 0, newest: 0 },
  });
  // What isn't an address is a caller's bug, and doesn't kill the worker either.
  expect(await codeOf(chain.balance("0x12"))).toBe("INTERNAL");
  expect((await chain.newest())?.number).toBe(0);
});

it("refuses a heap that the worker couldn't start in", async () => {
  expect(await codeOf(startZkChain({ heapMb: MIN_WORKER_HEAP_MB - 1 }))).toBe("REQUEST_INVALID");
});

it.each([
  ["throws", "throw new Error('boom')"],
  ["exits", "process.exit(7)"],
])("surfaces a worker's death as an error, not as a hang, when it %s", async (_, death) => {
  const script = `require("node:worker_threads").parentPort.once("message", () => { ${death} })`;
  const chain = connectZkChain(new Worker(script, { eval: true }));
  started.push(chain);
  const stopped = new Promise<ZkChainError>((resolve) => chain.onStopped(resolve));
  const waiting = [chain.newest(), chain.submit(Uint8Array.of(1)), chain.fees()].map(codeOf);
  expect(await Promise.all(waiting)).toEqual(Array(3).fill("WORKER_STOPPED"));
  expect(await stopped).toMatchObject({ code: "WORKER_STOPPED", details: { expected: false } });
  expect(await codeOf(chain.newest())).toBe("WORKER_STOPPED");
});

it("refuses calls when too many wait", async () => {
  const script = `require("node:worker_threads").parentPort.once("message", () => {})`;
  const chain = connectZkChain(new Worker(script, { eval: true }));
  started.push(chain);
  const waiting = Array.from({ length: MAX_WAITING_CALLS }, () => codeOf(chain.newest()));
  expect(await codeOf(chain.newest())).toBe("OVERLOADED");
  await chain.stop();
  expect(new Set(await Promise.all(waiting))).toEqual(new Set(["WORKER_STOPPED"]));
});

it("stops, and refuses calls from then on", async () => {
  const chain = await start();
  let unexpected = 0;
  chain.onStopped(() => unexpected++);
  const waiting = codeOf(chain.buildGenesis(genesis));
  await chain.stop();
  expect(await waiting).toBe("WORKER_STOPPED");
  expect(await codeOf(chain.newest())).toBe("WORKER_STOPPED");
  expect(unexpected).toBe(0);
  await chain.stop();
});
