import { join } from "node:path";
import { contractAddresses, gamePassCommitmentsSlot } from "@weft/contracts";
import {
  type Address,
  decodeBasicData,
  FIELD_MODULUS,
  type Hash,
  STATE_LEAF,
  type StateProof,
  stateKey,
} from "@weft/protocol";
import type { GameServer } from "@weft/rooms";
import { toHex } from "viem";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type BrowserPage, describeInChromium, openPage } from "../../testing/index.ts";
import { newPlayer, type Player, startServer } from "../startServer.ts";

type Page = typeof import("./stateProofPage.ts");
type AccountProof = { basicData: StateProof; storage: { proof: StateProof }[] };

const gamePass = contractAddresses.gamePass.toLowerCase() as Address;

describeInChromium("verifyStateProof in Chromium", () => {
  let server: GameServer;
  let player: Player;
  let page: BrowserPage<Page>;
  let root: Hash;
  let proofs: AccountProof;
  const slot = () => gamePassCommitmentsSlot + player.pass;

  beforeAll(async () => {
    const started = await startServer();
    server = started.server;
    player = await newPlayer(started.url);
    page = await openPage<Page>(join(import.meta.dirname, "stateProofPage.ts"));
    const { zk } = player.client;
    const block = await zk.getBlock();
    root = block.stateRoot;
    const params = [gamePass, [toHex(slot())], toHex(block.number)];
    proofs = await zk.request({ method: "weft_getStateProof", params } as never);
  }, 120_000);
  afterAll(async () => {
    await page?.close();
    await server?.stop();
  });

  test("is a browser's", async () => {
    expect(await page.call("browser")).toContain("Chrome");
  });

  test("takes a proof of what is there, and of what isn't", async () => {
    const code = await page.call(
      "verify",
      { root, key: stateKey(gamePass, STATE_LEAF.basicData) },
      proofs.basicData,
    );
    expect(decodeBasicData(code as bigint).codeSize).toBeGreaterThan(0);
    // nobody has bound anything to the pass
    const key = stateKey(gamePass, STATE_LEAF.storage, slot());
    const [commitment] = proofs.storage;
    if (commitment === undefined) throw new Error("one slot was asked for");
    expect(await page.call("verify", { root, key }, commitment.proof)).toBe(0n);
  });

  test("refuses a proof of another value, path, root or key, by its code", async () => {
    const key = stateKey(gamePass, STATE_LEAF.basicData);
    const { basicData: proof } = proofs;
    const [zero, ...siblings] = proof.siblings;
    const other: Hash = toHex(1n, { size: 32 });
    const above: Hash = toHex(FIELD_MODULUS - 1n, { size: 32 });
    const verify = (change: Partial<StateProof>, expected = { root, key }) =>
      page.call("verify", expected, { ...proof, ...change });
    expect(await verify({ valueLo: other })).toBe("ROOT_MISMATCH");
    expect(await verify({ siblings: [other, ...siblings] })).toBe("ROOT_MISMATCH");
    expect(await verify({ leafKey: above })).toBe("LEAF_UNRELATED");
    expect(await verify({ siblings: [zero as Hash] })).toBe("PROOF_MALFORMED");
    expect(await verify({}, { root: other, key })).toBe("PROOF_UNRELATED");
    expect(await verify({}, { root, key: other })).toBe("PROOF_UNRELATED");
  });
});
