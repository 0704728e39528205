import { timestampMs } from "@weft/protocol";
import { createZkEngine, storeOnDisk } from "../src/engine/engine.ts";
import { alice, carol, genesis, lowerCase, START_MS, sign, TestLedger } from "../src/testChain.ts";

// Goes on with the chain in a directory, a transfer to Carol a block, and tells its parent every block's hash,
// until it is killed.

const dir = process.argv[2];
if (dir === undefined) throw new Error("usage: endlessChain.ts DIRECTORY");

const ignore = () => {};
const engine = createZkEngine(
  { onPending: ignore, onCommitted: ignore, onDropped: ignore },
  storeOnDisk(dir),
);
const ledger = new TestLedger();

async function order(built: Awaited<ReturnType<typeof engine.buildGenesis>>): Promise<void> {
  const newest = await engine.newest();
  const block = ledger.order(built, newest === undefined ? {} : { chainParentHash: newest.hash });
  await engine.commit(block.header, block.hash);
  process.send?.(block.hash);
}

if ((await engine.newest()) === undefined) await order(await engine.buildGenesis(genesis));
for (;;) {
  const nonce = await engine.nonce(lowerCase(alice.address));
  const number = (await engine.newest())?.number ?? 0;
  await engine.submit(await sign(alice, { nonce: Number(nonce), to: carol.address, value: 1n }));
  const built = await engine.build({
    timestampMs: timestampMs(START_MS + (number + 1) * 1000),
    releases: [],
  });
  if (built !== undefined) await order(built);
}
