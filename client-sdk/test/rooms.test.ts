import { tally } from "@weft/game/testing";
import { type CodedError, Message } from "@weft/protocol";
import type { GameServer } from "@weft/rooms";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createClient, type JoinedRoom, type RoomLeave, type Session } from "../src/index.ts";
import { logIn, newPlayer, type Player, startServer } from "./startServer.ts";

let server: GameServer;
let url: string;
let player: Player;
let session: Session;

beforeAll(async () => {
  // Somebody is to lose the place for want of seals; who seals has time enough.
  const settings = { sealTimeoutMs: 5000 };
  ({ server, url } = await startServer({ tally }, { settings }));
  player = await newPlayer(url);
  session = await logIn(player);
});
afterAll(() => server.stop());

const withRoom = async (run: (room: JoinedRoom<typeof tally>) => Promise<void>) => {
  const room = await session.join(tally);
  await run(room);
  await room.leave();
};

const nextError = (room: JoinedRoom<typeof tally>) =>
  new Promise<CodedError>((resolve) => room.onError(resolve));

describe("a room", () => {
  test("runs what is sent, and says how far it has come", () =>
    withRoom(async (room) => {
      const { id } = session;
      const { seq } = room.act.add({ n: 4 });
      expect(seq).toBe(1);
      const { height } = await room.waitForFinality(seq, "sequenced");
      expect(height).toBeGreaterThan(0);
      const state = await room.waitForState(({ sums }) => sums.get(id) === 4);
      expect(state).toBe(room.state);
      room.seal();
      await room.waitForFinality(seq, "sealed");
      expect(room.finalityOf(seq)).toEqual({ level: "sequenced", sealed: true });
    }));

  test("INPUT_REFUSED before anything is sent", () =>
    withRoom(async (room) => {
      expect(() => room.act.add({ n: 10 })).toThrow(
        expect.objectContaining({ code: "INPUT_REFUSED" }),
      );
      expect(() => room.act.add(undefined as never)).toThrow(
        expect.objectContaining({ code: "INPUT_REFUSED" }),
      );
      expect(room.act.add({ n: 1 }).seq).toBe(1);
    }));

  test("what the room's code refuses comes back by its code, with the action's number", () =>
    withRoom(async (room) => {
      const error = nextError(room);
      const { seq } = room.act.fail();
      expect(await error).toMatchObject({ code: "ACTION_FAILED", details: { seq } });
    }));

  test("a listener that throws keeps nothing from the others", () =>
    withRoom(async (room) => {
      room.onFinality(() => {
        throw new Error("a bug of the application");
      });
      const error = nextError(room);
      const { seq } = room.act.add({ n: 1 });
      await room.waitForFinality(seq, "applied");
      expect(await error).toMatchObject({ code: "LISTENER_FAILED" });
    }));

  test("a broken connection is built up again, and nothing is lost or done twice", () =>
    withRoom(async (room) => {
      const { id } = session;
      const statuses: string[] = [];
      room.onStatus((status) => statuses.push(status));
      room.act.add({ n: 1 });
      const back = new Promise<void>((resolve) => {
        room.onStatus((status) => status === "open" && resolve());
      });
      // 4010: what a browser's going offline looks like
      room.colyseus.connection.close(4010);
      const { seq } = room.act.add({ n: 2 });
      await back;
      expect(statuses).toEqual(["reconnecting", "open"]);
      await room.waitForFinality(seq, "sequenced");
      await room.waitForState(({ sums }) => sums.get(id) === 3);
      room.act.add({ n: 3 });
      await room.waitForState(({ sums }) => sums.get(id) === 6);
    }));

  test("what got lost on a living connection is sent again", () =>
    withRoom(async (room) => {
      const { id } = session;
      const { colyseus } = room;
      const sendBytes = colyseus.sendBytes.bind(colyseus);
      let lost = 0;
      colyseus.sendBytes = (type, bytes) => {
        if (type === Message.frame && lost++ === 0) return;
        sendBytes(type, bytes);
      };
      room.act.add({ n: 1 });
      const { seq } = room.act.add({ n: 2 });
      room.seal();
      await room.waitForFinality(seq, "sealed");
      expect(room.state.sums.get(id)).toBe(3);
    }));

  test("ABORTED and ROOM_LEFT end a wait", () =>
    withRoom(async (room) => {
      const stop = new AbortController();
      const aborted = room.nextRound({ signal: stop.signal });
      stop.abort();
      await expect(aborted).rejects.toMatchObject({ code: "ABORTED" });
      await expect(room.nextRound({ signal: stop.signal })).rejects.toMatchObject({
        code: "ABORTED",
      });
      const left = room.nextRound({ phase: "reported" });
      left.catch(() => {});
      await room.leave();
      await expect(left).rejects.toMatchObject({ code: "ROOM_LEFT" });
      await expect(room.nextRound()).rejects.toMatchObject({ code: "ROOM_LEFT" });
      expect(() => room.act.add({ n: 1 })).toThrow(expect.objectContaining({ code: "ROOM_LEFT" }));
    }));

  test("the same session joining again takes the place over", async () => {
    const first = await session.join(tally);
    const left = new Promise<RoomLeave>((resolve) => first.onLeave(resolve));
    const refused = nextError(first);
    const second = await session.join(tally);
    expect(await left).toMatchObject({ code: 4101, reason: "REPLACED" });
    expect(await refused).toMatchObject({ code: "REPLACED" });
    expect(second.lane).not.toBe(first.lane);
    await second.leave();
  });

  test("seals that stop cost the place: UNSEALED", async () => {
    const room = await session.join(tally, { sealIntervalMs: 600_000 });
    const left = new Promise<RoomLeave>((resolve) => room.onLeave(resolve));
    const refused = nextError(room);
    room.act.add({ n: 1 });
    expect(await refused).toMatchObject({ code: "UNSEALED" });
    expect(await left).toMatchObject({ code: 4100, reason: "UNSEALED" });
    expect(room.status).toBe("left");
  });
});

describe("joining", () => {
  test("SESSION_WRONG_GAME for another game than the session's", async () => {
    const other = { ...tally, name: "other" };
    await expect(session.join(other)).rejects.toMatchObject({ code: "SESSION_WRONG_GAME" });
  });

  test("JOIN_REFUSED for a room that isn't there", async () => {
    await expect(session.join(tally, { roomId: "nowhere" })).rejects.toMatchObject({
      code: "JOIN_REFUSED",
    });
  });

  test("SESSION_UNKNOWN after logout", async () => {
    const own = await logIn(await newPlayer(url));
    await own.logout();
    await expect(own.join(tally)).rejects.toMatchObject({ code: "SESSION_UNKNOWN" });
  });
});

describe("logging in", () => {
  test("PASS_NOT_OWNED for a pass of somebody else", async () => {
    const account = privateKeyToAccount(generatePrivateKey());
    const login = createClient({ url }).login({ wallet: account, pass: player.pass, game: tally });
    await expect(login).rejects.toMatchObject({ name: "ServerError", code: "PASS_NOT_OWNED" });
  });

  test("GAME_UNKNOWN for a game that the server hasn't", async () => {
    const { client, account, pass } = player;
    const login = client.login({ wallet: account, pass, game: "chess" });
    await expect(login).rejects.toMatchObject({ code: "GAME_UNKNOWN" });
  });

  test("GRANT_TOO_LONG for more than a day", async () => {
    const { client, account, pass } = player;
    const expiresInMs = 25 * 60 * 60 * 1000;
    const login = client.login({ wallet: account, pass, game: tally, expiresInMs });
    await expect(login).rejects.toMatchObject({ code: "GRANT_TOO_LONG" });
  });

  test("WALLET_SIGNATURE_FAILED when the person says no, or the wallet is a contract", async () => {
    const { client, account, pass } = player;
    const { address } = account;
    const says = (signMessage: () => Promise<`0x${string}`>) =>
      client.login({ wallet: { address, signMessage }, pass, game: tally });
    const refuses = says(() => Promise.reject(new Error("rejected by the user")));
    await expect(refuses).rejects.toMatchObject({ code: "WALLET_SIGNATURE_FAILED" });
    const contract = says(async () => `0x${"00".repeat(96)}`);
    await expect(contract).rejects.toMatchObject({ code: "WALLET_SIGNATURE_FAILED" });
  });

  test("prizes can go to another address than the wallet's", async () => {
    const { client, account, pass } = await newPlayer(url);
    const payout = player.account.address;
    const own = await client.login({ wallet: account, pass, game: tally, payout });
    expect(own.payout).toBe(payout.toLowerCase());
  });
});
