import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { tally } from "@weft/game/testing";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import type { JoinedRoom } from "../src/index.ts";
import { logIn, newPlayer } from "./startServer.ts";

/** Otherwise vitest waits a second. */
const PATIENCE_MS = 60_000;
const dir = mkdtempSync(join(tmpdir(), "weft-reload-"));
const root = join(import.meta.dirname, "..", "..");

type Line = { readonly level: string; readonly message: string } & Record<string, unknown>;

/** Two files: the game, and what it imports. */
const GAME = `import { schema, t } from "@colyseus/schema";
import { defineGame } from "@weft/game";
import { z } from "zod";
import { STEP } from "./rules.ts";

const TallyState = schema(
  { sums: t.map("uint32"), playing: t.boolean().default(false) },
  "TallyState",
);

export const game = defineGame({
  name: "tally",
  state: TallyState,
  tickRateHz: 20,
  actions: {
    add: {
      input: z.object({ n: z.int().min(1).max(9) }),
      run(ctx, player, { n }) {
        ctx.state.sums.set(player.id, (ctx.state.sums.get(player.id) ?? 0) + n * STEP);
      },
    },
    fail: {
      input: z.null(),
      run(ctx, player) {
        throw new Error("this action fails"); // HERE
      },
    },
  },
  onJoin(ctx, player) {
    ctx.state.sums.set(player.id, 0);
  },
  onLeave(ctx, player) {
    ctx.state.sums.delete(player.id);
  },
});
`;
const write = (name: string, text: string) => writeFileSync(join(dir, "game", name), text);

let server: ChildProcess;
let url = "";
const lines: Line[] = [];

async function logged(message: string, count = 1): Promise<Line> {
  const found = () => lines.filter((line) => line.message === message);
  await vi.waitUntil(() => found().length >= count, { timeout: PATIENCE_MS });
  return found()[count - 1] as Line;
}

/** Whatever else is said: half a file may be seen, too. */
async function told(fields: object): Promise<void> {
  const line = expect.objectContaining({ message: expect.anything(), ...fields });
  await expect.poll(() => lines).toContainEqual(line);
}

const broken = {
  code: "GAME_NOT_LOADED",
  message: "the changed game can't be loaded, and the one of before goes on",
};

beforeAll(async () => {
  mkdirSync(join(dir, "game"));
  symlinkSync(join(root, "node_modules"), join(dir, "node_modules"));
  write("game.ts", GAME);
  write("rules.ts", "export const STEP: number = 1;\n");
  const file = pathToFileURL(join(dir, "game", "game.ts")).href;
  server = fork(join(import.meta.dirname, "watchMain.ts"), [file, join(dir, "data")], {
    cwd: dir,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  server.on("message", (line) => lines.push(line as Line));
  url = String((await logged("listening")).url);
});
afterAll(async () => {
  const exited = once(server, "exit");
  server.send("stop");
  await exited;
  rmSync(dir, { recursive: true, force: true });
});

const countOf = (room: JoinedRoom<typeof tally>, id: string) => room.state.sums?.get(id);

test("a game that changes while it is played: players go on by themselves", async () => {
  const session = await logIn(await newPlayer(url));
  const other = await logIn(await newPlayer(url));
  const room = await session.join(tally);
  const second = await other.join(tally, { roomId: room.id });
  const before = room.id;
  room.act.add({ n: 3 });
  await expect.poll(() => countOf(second, session.id)).toBe(3);

  // What doesn't load is told, with its place; the program of before goes on, for everybody.
  write("rules.ts", "export const STEP: number = 1;\nexport const = 3;\n");
  await told({ ...broken, at: "game/rules.ts:2" });
  write("rules.ts", 'import { X } from "./gone.ts";\nexport const STEP: number = X;\n');
  await told({ ...broken, at: "game/rules.ts:1:20" });
  room.act.add({ n: 1 });
  await expect.poll(() => countOf(second, session.id)).toBe(4);
  expect(room.id).toBe(before);

  // The file that was missing is there: both are in a room of the new program, and see what it does.
  write("gone.ts", "export const X = 100;\n");
  const changed = await logged("the game has changed, and is loaded anew");
  expect(changed).toMatchObject({ game: "tally", rooms: 1, players: 2 });
  await expect.poll(() => room.id === before).toBe(false);
  await expect.poll(() => second.id).toBe(room.id);
  await expect.poll(() => countOf(room, other.id)).toBe(0);
  await expect.poll(() => [room.status, second.status]).toEqual(["open", "open"]);
  expect(room.finality).toMatchObject({ applied: 0, sequenced: 0 });
  const { seq } = room.act.add({ n: 2 });
  expect(seq).toBe(1);
  await room.waitForFinality(seq, "sealed");
  await expect.poll(() => countOf(second, session.id)).toBe(200);

  await Promise.all([room.leave(), second.leave()]);
});

/** The same with a state of another form, and with all kinds of mistakes. */
const FAULTY = GAME.replace("playing: t", 'label: t.string().default(""), playing: t')
  .replace(
    "ctx.state.sums.set(player.id, (",
    `if (n === 9) ctx.state.sums.set("unsendable", 5n as never);
        else ctx.state.sums.delete("unsendable");
        if (n === 8) void forget();
        if (n === 7) return forget() as never;
        ctx.state.sums.set(player.id, (`,
  )
  .replace(
    "  onJoin(",
    `  tick(ctx) {
    const [first] = ctx.players;
    if (first && ctx.state.sums.get(first.id) === 600) throw new Error("no such luck"); // TICK
  },
  onJoin(`,
  )
  .concat(`
async function forget(): Promise<void> {
  await null;
  throw new Error("nobody waits"); // FORGOTTEN
}
`);
const lineOf = (mark: string) => FAULTY.split("\n").findIndex((line) => line.includes(mark)) + 1;

test("errors in game code name the place, the action and the player, and never take the room down", async () => {
  const session = await logIn(await newPlayer(url));
  const room = await session.join(tally);
  const before = room.id;
  write("game.ts", FAULTY);
  await logged("the game has changed, and is loaded anew", 2);
  await expect.poll(() => room.id === before).toBe(false);
  const sum = () => countOf(room, session.id);
  const where = { game: "tally", roomId: room.id, room: room.address };
  const errors: string[] = [];
  room.onError(({ code }) => errors.push(code));

  const { seq } = room.act.fail();
  await room.waitForFinality(seq, "applied");
  expect(errors).toEqual(["ACTION_FAILED"]);
  const who = { action: "fail", player: session.id, lane: room.lane };
  const at = `game/game.ts:${lineOf("HERE")}:15`;
  await told({ ...where, ...who, code: "ACTION_FAILED", at, event: expect.any(Number) });

  // A promise that is returned is refused; one that is forgotten can't be, but ends nothing.
  await room.waitForFinality(room.act.add({ n: 7 }).seq, "applied");
  expect(errors).toEqual(["ACTION_FAILED", "ACTION_FAILED"]);
  room.act.add({ n: 8 });
  await told({ ...where, at: `game/game.ts:${lineOf("FORGOTTEN")}:9` });
  await expect.poll(sum).toBe(800);

  // What can't be sent is told, and sent when it is right again.
  room.act.add({ n: 9 });
  await told({ ...where, code: "STATE_UNSENDABLE" });
  room.act.add({ n: 1 });
  await expect.poll(sum).toBe(1800);
  await room.leave();

  // The same error at every tick is told now and then.
  const again = await session.join(tally);
  again.act.add({ n: 6 });
  const tick = { code: "HOOK_FAILED", hook: "tick", at: `game/game.ts:${lineOf("TICK")}:62` };
  await told(tick);
  await told({ ...tick, times: expect.any(Number) });
  again.act.add({ n: 1 });
  await expect.poll(() => countOf(again, session.id)).toBe(700);
  await again.leave();
});
