import { chainNumber, type Hash, type Hex } from "@weft/protocol";
import type { PlacedLog, TopicFilter } from "@weft/zk-chain";
import fc from "fast-check";
import { createWalletClient, http } from "viem";
import { afterAll, beforeAll, expect, it } from "vitest";
import { createLogMatcher, type LogCriteria } from "./logMatcher.ts";
import { alice, startTestNode, type TestNode, viemChain, ZK } from "./testNode.ts";

const range = { fromNumber: chainNumber(1), toNumber: chainNumber(2) };
/** Creation code that logs nothing with none to four of the topics 1 and 2. */
const emitting: Hex = `0x${["", "6001", "60026001", "600160016002", "6002600260016001"]
  .map((topics, count) => `${topics}60006000a${count}`)
  .join("")}`;
let node: TestNode;
let all: readonly PlacedLog[];
beforeAll(async () => {
  node = await startTestNode();
  const chain = viemChain(ZK, node.rpc.zkUrl);
  const wallet = createWalletClient({ account: alice, chain, transport: http() });
  for (let address = 1; address <= 2; address++) {
    const request = await wallet.prepareTransactionRequest({ data: emitting });
    const serializedTransaction = await wallet.signTransaction(request);
    await wallet.sendRawTransactionSync({ serializedTransaction });
  }
  all = await node.zkChain.logs(range);
});
afterAll(() => node.stop());

it("wants what the chain's own search finds", async () => {
  expect(all).toHaveLength(10);
  const topic = fc.constantFrom<Hash>(...all.flatMap(({ topics }) => topics));
  const position = fc.oneof<fc.Arbitrary<TopicFilter>[]>(
    fc.constant(null),
    topic,
    fc.array(topic, { maxLength: 3 }),
  );
  const criteria: fc.Arbitrary<LogCriteria> = fc.record(
    {
      addresses: fc.array(fc.constantFrom(...all.map(({ address }) => address)), { maxLength: 3 }),
      topics: fc.array(position, { maxLength: 4 }),
    },
    { requiredKeys: [] },
  );
  await fc.assert(
    fc.asyncProperty(criteria, async (wanted) => {
      const found = await node.zkChain.logs({ ...range, ...wanted });
      expect(all.filter(createLogMatcher(wanted))).toEqual(found);
    }),
  );
});
