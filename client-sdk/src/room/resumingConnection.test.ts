import { Message } from "@weft/protocol";
import { beforeEach, describe, expect, test } from "vitest";
import { ClientError, ServerError } from "../errors.ts";
import { JOIN_TIMEOUT_MS, MAX_RECONNECT_PAUSE_MS } from "../limits.ts";
import { ResumingConnection, reconnectPauseMs } from "./resumingConnection.ts";
import type { RoomConnection } from "./roomConnection.ts";
import { createTestTimers, origin, start } from "./testLane.ts";

/** A connection whose other end is the test. */
function createConnection(roomId = "room") {
  const messages: [string, (message: unknown) => void][] = [];
  const on = {
    state: () => {},
    drop: () => {},
    error: (_code: number, _message: string) => {},
    leave: (_code: number, _reason: string) => {},
  };
  const ends: string[] = [];
  const connection: RoomConnection = {
    roomId,
    isOpen: true,
    state: {},
    sendBytes: () => {},
    onMessage: (name, listener) => void messages.push([name, listener]),
    onStateChange: (listener) => void Object.assign(on, { state: listener }),
    onDrop: (listener) => void Object.assign(on, { drop: listener }),
    onError: (listener) => void Object.assign(on, { error: listener }),
    onLeave: (listener) => void Object.assign(on, { leave: listener }),
    leave: async () => void ends.push("left"),
    abandon: () => void ends.push("abandoned"),
  };
  const say = (name: string, message: unknown) => {
    for (const [type, listener] of messages) if (type === name) listener(message);
  };
  return { connection, on, say, ends };
}

const { sessionId: _, ...lane } = origin;
const welcome = { ...lane, head: start, sealed: 0, keptForMs: 20_000 };
const unreachable = () => new ClientError("SERVER_UNREACHABLE", "down");
const RESUME_FOR_MS = 60_000;

let timers: ReturnType<typeof createTestTimers>;
let first: ReturnType<typeof createConnection>;
let connection: ResumingConnection;
/** What happened, as the room would see it. */
let seen: string[];
/** Tries to come back, or to go on elsewhere: settled by the test. */
let tries: {
  lane?: number;
  moveTo?: string | undefined;
  resolve(to: RoomConnection): void;
  reject(error: unknown): void;
}[];

beforeEach(() => {
  timers = createTestTimers();
  first = createConnection();
  seen = [];
  tries = [];
  connection = new ResumingConnection({
    connection: first.connection,
    resume: (resumed) =>
      new Promise((resolve, reject) => tries.push({ lane: resumed, resolve, reject })),
    move: (moveTo) => new Promise((resolve, reject) => tries.push({ moveTo, resolve, reject })),
    timers,
    random: () => 0.5,
    resumeForMs: RESUME_FOR_MS,
  });
  connection.onMessage(Message.welcome, () => seen.push("welcome"));
  connection.onStateChange(() => seen.push("state"));
  connection.onDrop(() => seen.push("drop"));
  connection.onError((code) => seen.push(`error ${code}`));
  connection.onLeave((code, reason) => seen.push(`leave ${code} ${reason}`));
});

const settled = () => new Promise((resolve) => setImmediate(resolve));

async function refuse(error: unknown): Promise<void> {
  tries.at(-1)?.reject(error);
  await settled();
}

/** The server's new process welcomes the player back. */
async function comeBack(): Promise<ReturnType<typeof createConnection>> {
  const next = createConnection();
  tries.at(-1)?.resolve(next.connection);
  await settled();
  next.on.state();
  next.say(Message.welcome, welcome);
  return next;
}

describe("a connection that the server doesn't know any more", () => {
  beforeEach(() => first.say(Message.welcome, welcome));

  test("becomes a new one for the same lane, and nobody notices but by the drop", async () => {
    first.on.drop();
    first.on.leave(4003, "refused");
    expect(connection.isOpen).toBe(false);
    timers.advance(0);
    expect(tries.map(({ lane }) => lane)).toEqual([origin.lane]);
    const next = await comeBack();
    expect(connection).toMatchObject({ isOpen: true, current: next.connection });
    expect(connection.state).toBe(next.connection.state);
    expect(seen).toEqual(["welcome", "drop", "drop", "state", "welcome"]);
    // The old one has nothing to say any more; and all begins anew when the new one goes too.
    first.on.leave(4100, "late");
    next.on.leave(4002, "again");
    timers.advance(0);
    expect(tries).toHaveLength(2);
    timers.advance(RESUME_FOR_MS - 1);
    expect(seen.filter((what) => what.startsWith("leave"))).toEqual([]);
  });

  test("shows the state that it had until there is a newer one", async () => {
    first.on.leave(4002, "");
    timers.advance(0);
    const next = createConnection();
    tries[0]?.resolve(next.connection);
    await settled();
    expect(connection.state).toBe(first.connection.state);
    next.on.state();
    expect(connection.state).toBe(next.connection.state);
  });

  test("is tried again with longer and longer pauses while nobody answers", async () => {
    first.on.leave(4003, "");
    timers.advance(0);
    const atMs: number[] = [];
    for (let i = 1; i <= 20; i++) {
      atMs.push(timers.nowMs);
      await refuse(unreachable());
      timers.advance(reconnectPauseMs(i, () => 0.5) - 1);
      expect(tries).toHaveLength(i);
      timers.advance(1);
      expect(tries).toHaveLength(i + 1);
    }
    expect(atMs.at(-1)).toBeLessThan(RESUME_FOR_MS);
    await comeBack();
    expect(seen.at(-1)).toBe("welcome");
  });

  test.each([
    ["SERVER_STOPPING", new ServerError("SERVER_STOPPING", "")],
    ["a locked room", new ClientError("JOIN_REFUSED", "is locked", { details: { code: 522 } })],
    ["a proxy's answer", new ClientError("RESPONSE_INVALID", "502")],
    ["anything else", new Error("surprise")],
  ])("is tried again after %s", async (_name, error) => {
    first.on.leave(4003, "");
    timers.advance(0);
    await refuse(error);
    timers.advance(reconnectPauseMs(1, () => 0.5));
    expect(tries).toHaveLength(2);
  });

  test.each([
    ["LANE_ENDED", new ServerError("LANE_ENDED", "")],
    ["SESSION_EXPIRED", new ClientError("SESSION_EXPIRED", "")],
    ["JOIN_REFUSED", new ClientError("JOIN_REFUSED", "not found", { details: { code: 522 } })],
  ])("is over for good with %s", async (code, error) => {
    first.on.leave(4003, "");
    timers.advance(0);
    await refuse(error);
    expect(seen.at(-1)).toBe(`leave 4003 ${code}`);
    timers.advance(RESUME_FOR_MS);
    expect(tries).toHaveLength(1);
  });

  test("is given up in the end, whoever tries: with what went wrong last", async () => {
    first.on.drop();
    first.on.error(1006, "not yet");
    expect(seen).not.toContain("error 1006");
    timers.advance(RESUME_FOR_MS);
    expect(seen.at(-1)).toBe("leave 4003 SERVER_UNREACHABLE");
    expect(first.ends).toEqual(["abandoned"]);
  });

  test("an answer that comes too late is closed again, without giving up the place", async () => {
    first.on.leave(4003, "");
    timers.advance(0);
    timers.advance(JOIN_TIMEOUT_MS + reconnectPauseMs(1, () => 0.5));
    expect(tries).toHaveLength(2);
    const late = createConnection();
    tries[0]?.resolve(late.connection);
    await settled();
    expect(late.ends).toEqual(["abandoned"]);
    await comeBack();
    expect(connection.isOpen).toBe(true);
  });

  test("leaving ends it, and what is on its way comes for nothing", async () => {
    first.on.leave(4003, "");
    timers.advance(0);
    await connection.leave();
    const late = createConnection();
    tries[0]?.resolve(late.connection);
    await settled();
    expect(late.ends).toEqual(["abandoned"]);
    expect(first.ends).toEqual([]);
  });
});

describe("a server that stops", () => {
  test("and has said when to come back is come back to, not before", async () => {
    first.say(Message.welcome, welcome);
    first.say(Message.comeBack, { retryAfterMs: 5000 });
    first.on.leave(4001, "");
    expect(seen).toEqual(["welcome", "drop"]);
    timers.advance(4999);
    expect(tries).toEqual([]);
    timers.advance(1);
    await comeBack();
    expect(seen.at(-1)).toBe("welcome");
  });

  test("and says nothing is gone for good", () => {
    first.say(Message.welcome, welcome);
    first.on.leave(4001, "bye");
    expect(seen.at(-1)).toBe("leave 4001 bye");
  });
});

describe("a room that goes on as another one", () => {
  const gone = () => new ClientError("JOIN_REFUSED", "not found", { details: { code: 522 } });

  beforeEach(() => {
    first.say(Message.welcome, welcome);
    first.say(Message.moved, { roomId: "next" });
    first.on.leave(4105, "");
  });

  test("is gone on in, over a new connection, at once", async () => {
    expect(connection.roomId).toBe("room");
    timers.advance(0);
    expect(tries).toMatchObject([{ moveTo: "next" }]);
    const next = createConnection("next");
    tries[0]?.resolve(next.connection);
    await settled();
    next.say(Message.welcome, { ...welcome, lane: 3 });
    expect(connection.roomId).toBe("next");
    expect(seen).toEqual(["welcome", "drop", "welcome"]);
    // From there on it is a room as any other: its lane is come back to.
    next.on.leave(1006, "");
    timers.advance(0);
    expect(tries.at(-1)).toMatchObject({ lane: 3 });
  });

  test("and is gone too, is looked for by the game", async () => {
    timers.advance(0);
    await refuse(gone());
    timers.advance(MAX_RECONNECT_PAUSE_MS * 1.1);
    expect(tries).toHaveLength(2);
    expect(tries[1]).toMatchObject({ moveTo: undefined });
    await refuse(gone());
    expect(seen.at(-1)).toBe("leave 4003 JOIN_REFUSED");
  });
});

test.each([4000, 4100, 4103])("code %i is the end", (code) => {
  first.say(Message.welcome, welcome);
  first.on.leave(code, "over");
  expect(seen.at(-1)).toBe(`leave ${code} over`);
  timers.advance(RESUME_FOR_MS);
  expect(tries).toEqual([]);
});

test("without a welcome there is nothing to come back to", () => {
  first.on.leave(4002, "no");
  expect(seen).toEqual(["leave 4002 no"]);
});
