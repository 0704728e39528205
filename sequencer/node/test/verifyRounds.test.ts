import { createPlayers } from "@weft/contracts/testing";
import {
  type Address,
  type Hash,
  keccak256,
  roundIdOf,
  timestampMs,
  utf8ToBytes,
} from "@weft/protocol";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterEach, beforeEach, expect, test } from "vitest";
import { faultOf, silentLogger, startNode, verifyLedger, type WeftNode } from "../src/index.ts";
import { createHonestWorld } from "./support/honestWorld.ts";
import { loginWith } from "./support/testSessions.ts";

// What neither chain's own rules can see, since it is about both.

const room: Address = `0x${"ab".repeat(20)}`;
const gameHash: Hash = keccak256(utf8ToBytes("a game"));
let node: WeftNode;

beforeEach(async () => {
  node = await startNode({ rpc: { port: 0 }, logger: silentLogger });
});
afterEach(() => node.stop());

/** What is wrong with the node's ledger first. */
async function findFault() {
  const { ledger, fastChainId, zkChainId } = node;
  return verifyLedger({ ledger, fastChainId, zkChainId }).then(() => undefined, faultOf);
}

test("a login for a pass that the wallet doesn't have", async () => {
  const [session] = createPlayers(1);
  if (session === undefined) throw new Error("one was asked for");
  const wallet = privateKeyToAccount(generatePrivateKey());
  const open = await loginWith(session, wallet, 1000n, node.zkChainId);
  const { height } = await node.fastChain.submit({ type: "openSession", ...open });
  expect(await findFault()).toMatchObject({ height, code: "LOGIN_NOT_OWNER" });
});

test("a round that begins without being registered on the ZK chain", async () => {
  const journal = node.fastChain.createRoom({ room, name: "a room", game: "arena", gameHash });
  const roundId = roundIdOf(room, 0);
  const deadlineMs = timestampMs(Date.now() + 60_000);
  const opened = { roundId, cap: 1, deadlineMs, players: [], ...node.fastChain.seed(roundId) };
  const sequenced = Promise.withResolvers<number>();
  const event = journal.append({ type: "roundOpen", ...opened });
  journal.onSequenced(({ events, height }) => {
    if (events > event) sequenced.resolve(height);
  });
  const height = await sequenced.promise;
  expect(await findFault()).toMatchObject({ height, code: "ROUND_UNREGISTERED" });
});

test("a report to the ZK chain that no room made", async () => {
  const { owner } = node;
  if (owner === undefined) throw new Error("a development node has the owner's key");
  const { earlier } = await createHonestWorld(node, (call) => owner.send(call));
  const fault = await findFault();
  expect(fault).toMatchObject({ code: "REPORT_MISMATCH" });
  expect(fault?.message).toContain(
    `height ${fault?.height}: the report of round ${earlier.roundId}`,
  );
});
