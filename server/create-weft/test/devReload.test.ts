import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { createClient } from "@weft/client-sdk";
import { reservePort } from "@weft/protocol/testing/node";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, expect, test } from "vitest";
import { createProject } from "../src/createProject.ts";
import { game } from "../template/src/game.ts";
import { linesUntil, npm } from "./support/npm.ts";

const folder = mkdtempSync(join(tmpdir(), "create-weft-dev-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function joinGame(url: string) {
  const client = createClient({ url });
  const wallet = privateKeyToAccount(generatePrivateKey());
  const { pass } = await client.faucet(wallet.address);
  const session = await client.login({ wallet, pass, game });
  return { session, room: await session.join(game) };
}

test("a change of the game's file is played at once, by the same players, and all of it can be replayed", async () => {
  const { dir } = await createProject({
    dir: join(folder, "project"),
    name: game.name,
    install: true,
  });
  // The server must be found again where it was, so it can't be given any port.
  const port = await reservePort();
  const options = ["--port", `${port}`, "--rpc-port", "0", "--bots", "0"];
  const dev = npm(dir, "run", "dev", "--", ...options);
  const exited = once(dev, "exit");
  try {
    await linesUntil(dev, /^players connect to/);
    const players = await Promise.all([1, 2].map(() => joinGame(`http://127.0.0.1:${port}`)));
    const [ada] = players;
    if (ada === undefined) throw new Error("two were asked for");
    const left: unknown[] = [];
    for (const { room } of players) room.onLeave((leave) => left.push(leave));
    await ada.room.waitForState(({ playing }) => playing);

    const away = Promise.withResolvers<void>();
    const back = Promise.withResolvers<void>();
    ada.room.onStatus((status) => (status === "open" ? back : away).resolve());
    const file = join(dir, "src", "game.ts");
    const changed = readFileSync(file, "utf8").replace("digger.coins++", "digger.coins += 1000");
    writeFileSync(file, changed);
    await away.promise;
    await back.promise;

    // Wherever there is a coin, it counts as the changed file says.
    const found = ada.room.waitForState(({ diggers }) =>
      [...diggers.values()].some(({ coins }) => coins >= 1000),
    );
    const digging = setInterval(() => {
      for (const { room, session } of players) {
        const [coin] = room.state.coins;
        const self = room.state.diggers.get(session.id);
        if (room.status !== "open" || coin === undefined || self === undefined) continue;
        room.act.step({ dx: Math.sign(coin.x - self.x), dy: Math.sign(coin.y - self.y) });
      }
    }, 50);
    await found.finally(() => clearInterval(digging));
    expect(left).toEqual([]);
    await Promise.all(players.map(({ room }) => room.leave()));
  } finally {
    dev.kill("SIGTERM");
    await exited;
  }
  // What was played before the change was played by another program, and both are there.
  const programs = readdirSync(join(dir, "data", "programs")).filter((name) => /\.ts$/.test(name));
  expect(programs).toHaveLength(2);
  const files = programs.map((name) => join("data", "programs", name));
  const verify = npm(dir, "run", "verify", "--", ...files);
  const said = text(verify.stdout as NodeJS.ReadableStream);
  expect(await once(verify, "close")).toEqual([0, null]);
  expect(await said).toContain("nothing is wrong with");
  expect(await said).not.toContain("not run again");
});
