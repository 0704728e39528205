import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type CircuitArtifacts, ownershipArtifacts } from "@weft/circuits";
import { makeTestSetup } from "@weft/circuits/testing";
import { tally } from "@weft/game/testing";
import { hexToBytes } from "@weft/protocol";
import type { GameServer } from "@weft/rooms";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, createIdentity, type Identity } from "../src/index.ts";
import { newPlayer, type Player, startServer } from "./startServer.ts";

/** A game server of a studio that has held a ceremony of its own, and has neither key nor files of this repository. */

const TIMEOUT_MS = 300_000;
/** A contribution multiplies some 26,000 points: seconds of all cores, of which others may have their share. */
const SETUP_TIMEOUT_MS = 600_000;

let folder: string;
let setup: CircuitArtifacts;
let server: GameServer;
let url: string;
let player: Player;
let identity: Identity;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "weft-setup-"));
  setup = await makeTestSetup(folder);
  const ownershipFiles = {
    wasm: join(folder, setup.wasm.file),
    zkey: join(folder, setup.zkey.file),
  };
  const ownershipKey = hexToBytes(setup.verificationKey);
  ({ server, url } = await startServer({ tally }, { ownershipKey, ownershipFiles }));
  player = await newPlayer(url);
  identity = await createIdentity(player.account);
  await player.wallet.bindPass({ pass: player.pass, identity });
}, SETUP_TIMEOUT_MS);
afterAll(async () => {
  await server?.stop();
  await rm(folder, { recursive: true });
}, TIMEOUT_MS);

const logIn = (client: Player["client"]) =>
  client.login({ identity, pass: player.pass, game: tally });

describe("a set-up of one's own", { timeout: TIMEOUT_MS }, () => {
  test("lets in who trusts it; its files are loaded once", async () => {
    const asked: string[] = [];
    const fetch: typeof globalThis.fetch = (input, init) => {
      asked.push(new URL(String(input)).pathname);
      return globalThis.fetch(input, init);
    };
    const { wasm, zkey } = setup;
    expect(zkey.sha256).not.toBe(ownershipArtifacts.zkey.sha256);
    const client = createClient({ url, fetch, prover: { artifacts: { wasm, zkey } } });
    for (let login = 0; login < 2; login++) {
      const session = await logIn(client);
      await (await session.join(tally)).leave();
      const loaded = asked.filter((path) => path.startsWith("/weft/circuits/"));
      expect(loaded).toEqual([`/weft/circuits/${zkey.sha256}.zkey`]);
    }
  });

  test("ARTIFACT_MISMATCH for who trusts another", async () => {
    await expect(logIn(player.client)).rejects.toMatchObject({
      code: "ARTIFACT_MISMATCH",
      details: { artifact: "zkey", found: setup.zkey.sha256 },
    });
  });

  test("LOGIN_PROOF_INVALID for a proof of the development set-up", async () => {
    // What the server offers is kept from the client, which then takes its own files.
    const fetch: typeof globalThis.fetch = async (input, init) => {
      const response = await globalThis.fetch(input, init);
      if (!String(input).endsWith("/weft")) return response;
      const { ownership, ...info } = (await response.json()) as { ownership: { contract: string } };
      return Response.json({ ...info, ownership: { contract: ownership.contract } });
    };
    const login = logIn(createClient({ url, fetch }));
    await expect(login).rejects.toMatchObject({ code: "LOGIN_PROOF_INVALID" });
  });

  test("OPTIONS_INVALID for files that aren't there", async () => {
    await server.stop();
    const ownershipFiles = { wasm: join(folder, "nothing"), zkey: join(folder, "nothing") };
    await expect(startServer({ tally }, { ownershipFiles })).rejects.toMatchObject({
      code: "OPTIONS_INVALID",
    });
  });
});
