import { decodeSeal, encodeSeal, sealMessage } from "@weft/protocol";
import { describe, expect, test } from "vitest";
import { MAX_RESEND_DELAY_MS, RESEND_CHUNK_FRAMES, RESEND_CHUNK_PAUSE_MS } from "../limits.ts";
import { createSessionKey } from "../session/sessionKey.ts";
import { start, testSignature } from "./testLane.ts";
import { createBothEnds, SEAL_INTERVAL_MS, settleMicrotasks } from "./testLaneEnds.ts";

describe("sending", () => {
  test("frames go out at once, numbered from 1, and both ends have the same head", () => {
    const { peer, sender, exchange } = createBothEnds();
    sender.resume(start, 0);
    expect([1, 2, 3].map((n) => sender.push("move", { n }))).toEqual([1, 2, 3]);
    exchange();
    expect(peer.actions).toEqual([1, 2, 3].map((n) => ["move", { n }]));
    expect(peer.head).toEqual(sender.head);
  });

  test("before the welcome frames are kept", () => {
    const { peer, sender, exchange } = createBothEnds();
    sender.push("move", null);
    expect(peer.inFlight).toBe(0);
    sender.resume(start, 0);
    exchange();
    expect(peer.actions).toEqual([["move", null]]);
  });

  test("SEND_BUFFER_FULL when too many wait to be sequenced, and nothing has changed", () => {
    const { peer, sender, exchange } = createBothEnds({ maxUnsequencedFrames: 2 });
    sender.resume(start, 0);
    sender.push("a", null);
    sender.push("b", null);
    const { head } = sender;
    expect(() => sender.push("c", null)).toThrow(
      expect.objectContaining({ code: "SEND_BUFFER_FULL", details: { limit: 2 } }),
    );
    expect(sender.head).toEqual(head);
    exchange();
    expect(sender.push("c", null)).toBe(3);
    exchange();
    expect(peer.actions.length).toBe(3);
  });

  test.each([
    ["no canonical encoding", () => 1],
    ["a frame of more than MAX_FRAME_BYTES", "x".repeat(3000)],
    ["a frame just over MAX_FRAME_BYTES", "x".repeat(2040)],
  ])("INPUT_UNENCODABLE for %s, and nothing has changed", (_, input) => {
    const { sender } = createBothEnds();
    expect(() => sender.push("say", input as string)).toThrow(
      expect.objectContaining({ code: "INPUT_UNENCODABLE" }),
    );
    expect(sender.head).toEqual(start);
  });

  test("ROOM_LEFT after the end", () => {
    const { sender } = createBothEnds();
    sender.stop();
    expect(() => sender.push("move", null)).toThrow(expect.objectContaining({ code: "ROOM_LEFT" }));
  });
});

describe("sealing", () => {
  test("a seal a second, while there is anything to seal, and none when idle", async () => {
    const { timers, peer, sender, exchange } = createBothEnds();
    sender.resume(start, 0);
    for (let second = 1; second <= 3; second++) {
      sender.push("move", second);
      timers.advance(SEAL_INTERVAL_MS);
      await settleMicrotasks();
      exchange();
      expect(peer.sealed).toBe(second);
    }
    timers.advance(10 * SEAL_INTERVAL_MS);
    await settleMicrotasks();
    expect(peer.inFlight).toBe(0);
    expect(peer.refusedSeals).toEqual([]);
  });

  test("no frame overtakes or follows a seal that is being signed", async () => {
    const { peer, sender, exchange, finishSigning } = createBothEnds({ signsByItself: false });
    sender.resume(start, 0);
    sender.push("a", null);
    sender.seal();
    sender.push("b", null);
    expect(peer.inFlight).toBe(1);
    await finishSigning();
    exchange();
    expect(peer.sealed).toBe(1);
    expect(peer.actions.length).toBe(2);
    expect(peer.refusedSeals).toEqual([]);
  });

  test("flush waits for the seal over all frames", async () => {
    const { peer, sender, exchange, finishSigning } = createBothEnds({ signsByItself: false });
    sender.resume(start, 0);
    sender.push("a", null);
    let flushed = false;
    const flush = sender.flush().then(() => {
      flushed = true;
    });
    await settleMicrotasks();
    expect(flushed).toBe(false);
    await finishSigning();
    await flush;
    exchange();
    expect(peer.sealed).toBe(1);
  });

  test("flush doesn't wait for a connection that is gone", async () => {
    const { sender } = createBothEnds();
    sender.resume(start, 0);
    sender.push("a", null);
    sender.pause();
    await sender.flush();
  });

  test("a key that fails once: the next seal covers it all", async () => {
    let fails = true;
    const failures: unknown[] = [];
    const { timers, peer, sender, exchange } = createBothEnds({
      sign: async (message) => {
        if (fails) throw new Error("no key");
        return testSignature(message);
      },
      onSealFailed: (cause) => failures.push(cause),
    });
    sender.resume(start, 0);
    sender.push("a", null);
    sender.seal();
    await settleMicrotasks();
    expect(failures.length).toBe(1);
    fails = false;
    timers.advance(SEAL_INTERVAL_MS);
    await settleMicrotasks();
    exchange();
    expect(peer.sealed).toBe(1);
  });

  test("with a real session key, the seal's signature is the key's over the lane's head", async () => {
    const { publicKey, sign } = await createSessionKey();
    const sent: Uint8Array[] = [];
    const done = Promise.withResolvers<void>();
    const { sender } = createBothEnds({
      sign,
      wire: {
        isOpen: true,
        sendFrame: () => {},
        sendSeal: (bytes) => {
          sent.push(bytes);
          done.resolve();
        },
      },
    });
    sender.resume(start, 0);
    sender.push("move", { dx: 1 });
    sender.seal();
    await done.promise;
    const seal = decodeSeal(sent[0] as Uint8Array);
    expect(seal.seq).toBe(1);
    const point = Buffer.from(`04${publicKey.slice(2)}`, "hex");
    const algorithm = { name: "ECDSA", namedCurve: "P-256" };
    const key = await crypto.subtle.importKey("raw", point, algorithm, false, ["verify"]);
    const message = Uint8Array.from(sealMessage(sender.head));
    const signature = Uint8Array.from(seal.signature);
    expect(
      await crypto.subtle.verify({ name: "ECDSA", hash: "SHA-256" }, key, signature, message),
    ).toBe(true);
  });
});

describe("getting over losses", () => {
  test("what a broken connection swallowed is sent again, once", async () => {
    const { timers, peer, sender, exchange } = createBothEnds();
    sender.resume(start, 0);
    for (let n = 1; n <= 5; n++) sender.push("move", n);
    peer.receive(2);
    peer.drop();
    sender.pause();
    sender.push("move", 6);
    peer.isOpen = true;
    sender.resume(peer.head, peer.sealed);
    exchange();
    expect(peer.actions).toEqual([1, 2, 3, 4, 5, 6].map((n) => ["move", n]));
    timers.advance(SEAL_INTERVAL_MS);
    await settleMicrotasks();
    exchange();
    expect(peer.sealed).toBe(6);
  });

  test("a seal whose signing the break outlasted isn't sent into the new connection", async () => {
    const { timers, peer, sender, exchange, finishSigning } = createBothEnds({
      signsByItself: false,
    });
    sender.resume(start, 0);
    sender.push("a", null);
    sender.seal();
    peer.drop();
    sender.pause();
    peer.isOpen = true;
    sender.resume(start, 0);
    await finishSigning();
    exchange();
    await finishSigning();
    exchange();
    timers.advance(SEAL_INTERVAL_MS);
    await finishSigning();
    exchange();
    expect(peer.refusedSeals).toEqual([]);
    expect(peer.sealed).toBe(1);
  });

  test("a long backlog goes out in chunks that stay under the server's rate", async () => {
    const { timers, peer, sender } = createBothEnds();
    for (let n = 0; n < 3 * RESEND_CHUNK_FRAMES; n++) sender.push("move", n);
    sender.resume(start, 0);
    expect(peer.inFlight).toBe(RESEND_CHUNK_FRAMES);
    // new actions neither jump the queue nor delay it
    timers.advance(RESEND_CHUNK_PAUSE_MS - 1);
    sender.push("move", "new");
    expect(peer.inFlight).toBe(RESEND_CHUNK_FRAMES);
    timers.advance(1);
    expect(peer.inFlight).toBe(2 * RESEND_CHUNK_FRAMES);
    timers.advance(RESEND_CHUNK_PAUSE_MS);
    await settleMicrotasks();
    // the rest, and a seal that was due meanwhile, over what was out by then
    expect(peer.inFlight).toBe(3 * RESEND_CHUNK_FRAMES + 1 + 1);
  });

  test("RATE_LIMITED: sent again from what is expected, after a pause that grows", () => {
    const { timers, peer, sender, exchange } = createBothEnds();
    sender.resume(start, 0);
    for (let n = 1; n <= 4; n++) sender.push("move", n);
    peer.excess = 2;
    exchange();
    expect(peer.head.seq).toBe(0);
    expect(peer.inFlight).toBe(0);
    peer.excess = 100;
    timers.advance(50);
    exchange();
    timers.advance(50);
    expect(peer.inFlight).toBe(0);
    peer.excess = 0;
    timers.advance(50);
    exchange();
    expect(peer.actions).toEqual([1, 2, 3, 4].map((n) => ["move", n]));
  });

  test("SEAL_OUT_OF_ORDER: sealed again once the missing frames are there", async () => {
    const { timers, peer, sender, exchange } = createBothEnds();
    sender.resume(start, 0);
    sender.push("a", null);
    peer.excess = 1;
    sender.seal();
    await settleMicrotasks();
    exchange();
    expect(peer.refusedSeals).toEqual(["SEAL_OUT_OF_ORDER"]);
    timers.advance(50);
    await settleMicrotasks();
    exchange();
    expect(peer.sealed).toBe(1);
  });

  test.each(["SEAL_SIGNATURE_INVALID", "FRAME_MALFORMED", "INPUT_REFUSED"])(
    "%s is not for the lane to get over",
    (code) => {
      const { sender } = createBothEnds();
      sender.resume(start, 0);
      expect(sender.onRefusal({ code, message: "" })).toBe(false);
    },
  );
});

test("frames that were still held back when the time for a seal came get one of their own", async () => {
  const { timers, peer, sender, exchange } = createBothEnds();
  sender.resume(start, 0);
  peer.excess = 1;
  for (let n = 0; n <= RESEND_CHUNK_FRAMES; n++) sender.push("move", n);
  exchange(1);
  sender.seal();
  await settleMicrotasks();
  for (let n = 0; n < RESEND_CHUNK_FRAMES; n++) sender.push("move", n);
  for (let i = 0; i < 100; i++) {
    exchange();
    timers.advance(50);
    await settleMicrotasks();
  }
  expect(peer.sealed).toBe(2 * RESEND_CHUNK_FRAMES + 1);
});

describe("a server that was started anew, with less than it had", () => {
  const crash = ({ peer, sender }: ReturnType<typeof createBothEnds>) => {
    peer.crash();
    sender.pause();
    peer.isOpen = true;
    sender.resume(peer.head, peer.sealed);
  };

  test("gets what it lost, also when it doesn't take it at once", () => {
    const ends = createBothEnds();
    ends.peer.storesAtOnce = false;
    ends.sender.resume(start, 0);
    for (let n = 1; n <= 3; n++) ends.sender.push("move", n);
    ends.exchange();
    ends.peer.excess = 1;
    crash(ends);
    ends.exchange();
    ends.timers.advance(MAX_RESEND_DELAY_MS);
    ends.exchange();
    expect(ends.peer.actions).toEqual([1, 2, 3].map((n) => ["move", n]));
  });

  test("gets its seal again", async () => {
    const ends = createBothEnds();
    ends.peer.storesAtOnce = false;
    ends.sender.resume(start, 0);
    ends.sender.push("move", 1);
    ends.sender.seal();
    await settleMicrotasks();
    ends.exchange();
    expect(ends.peer.sealed).toBe(1);
    crash(ends);
    ends.timers.advance(SEAL_INTERVAL_MS);
    await settleMicrotasks();
    ends.exchange();
    expect(ends.peer.sealed).toBe(1);
  });
});

describe("LANE_DIVERGED", () => {
  const expectDiverged = ({ diverged, sender }: ReturnType<typeof createBothEnds>) => {
    expect(diverged.map(({ code }) => code)).toEqual(["LANE_DIVERGED"]);
    expect(() => sender.push("move", null)).toThrow(expect.objectContaining({ code: "ROOM_LEFT" }));
  };

  test("when the server has another frame under the same number", () => {
    const ends = createBothEnds();
    ends.sender.push("a", null);
    ends.sender.resume({ seq: 1, hash: `0x${"00".repeat(32)}` }, 0);
    expectDiverged(ends);
  });

  test("when the server has frames that were never sent", () => {
    const ends = createBothEnds();
    ends.sender.resume({ ...start, seq: 1 }, 0);
    expectDiverged(ends);
  });

  test("when the server wants a frame again that it said was on disk", () => {
    const ends = createBothEnds();
    ends.sender.resume(start, 0);
    ends.sender.push("a", null);
    ends.exchange();
    ends.sender.onRefusal({ code: "FRAME_OUT_OF_ORDER", message: "", expected: 1 });
    expectDiverged(ends);
  });

  test("when finality is ahead of what was sent", () => {
    const ends = createBothEnds();
    ends.sender.resume(start, 0);
    ends.sender.onFinality({ ...ends.peer.beat().finality, applied: 1 });
    expectDiverged(ends);
  });
});

test("a seal that is encoded is what the protocol decodes", () => {
  const signature = testSignature(new Uint8Array());
  expect(decodeSeal(encodeSeal({ seq: 7, signature }))).toEqual({ seq: 7, signature });
});
