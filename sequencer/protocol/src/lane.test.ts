import { createHash } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { ChainId } from "./brand.ts";
import { bytesToHex } from "./bytes.ts";
import { encodeFrame } from "./frame.ts";
import { merkleRoot, sha256 } from "./hash.ts";
import { extendLane, sealMessage, startLane } from "./lane.ts";
import { MAX_FRAME_BYTES } from "./limits.ts";
import { actionsRoot } from "./report.ts";
import { anyHex } from "./testArbitraries.ts";

const origin = {
  chainId: 7 as ChainId,
  room: `0x${"11".repeat(20)}`,
  lane: 0,
  sessionId: `0x${"22".repeat(32)}`,
} as const;

test("a lane's start depends on everything that it names", () => {
  const starts = [
    origin,
    { ...origin, chainId: 8 as ChainId },
    { ...origin, room: `0x${"12".repeat(20)}` as const },
    { ...origin, lane: 1 },
    { ...origin, sessionId: `0x${"23".repeat(32)}` as const },
  ].map((one) => startLane(one).hash);
  expect(new Set(starts).size).toBe(starts.length);
});

test("a lane's head commits to its frames and their order", () => {
  const frames = fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 6 });
  const head = (list: Uint8Array[]) => list.reduce(extendLane, startLane(origin));
  fc.assert(
    fc.property(frames, frames, (a, b) => {
      const same = JSON.stringify(a.map(bytesToHex)) === JSON.stringify(b.map(bytesToHex));
      expect(head(a).hash === head(b).hash).toBe(same);
      expect(head(a).seq).toBe(a.length);
    }),
  );
});

test("a lane's hash is sha256 of the one before it and the frame, of whatever length", () => {
  let head = startLane(origin);
  for (const length of [0, 1, 31, 32, 33, MAX_FRAME_BYTES, MAX_FRAME_BYTES + 1, 5, 0]) {
    const frame = new Uint8Array(length).fill(length);
    const hashed = createHash("sha256").update(Buffer.from(head.hash.slice(2), "hex"));
    head = extendLane(head, frame);
    expect(head.hash).toBe(`0x${hashed.update(frame).digest("hex")}`);
  }
});

test("a seal's message commits to number and hash", () => {
  const start = startLane(origin);
  const next = extendLane(start, encodeFrame({ seq: 1, action: "move", input: { dx: 1 } }));
  const messages = [start, next, { ...next, seq: 2 }].map((h) => bytesToHex(sealMessage(h)));
  expect(new Set(messages).size).toBe(3);
});

test("a Merkle root depends on every leaf, their order and their count", () => {
  const leaves = fc.array(fc.uint8Array({ maxLength: 4 }), { maxLength: 9 });
  fc.assert(
    fc.property(leaves, leaves, (a, b) => {
      const same = JSON.stringify(a.map(bytesToHex)) === JSON.stringify(b.map(bytesToHex));
      expect(merkleRoot(a) === merkleRoot(b)).toBe(same);
    }),
  );
});

test("an inner node can't pass for a leaf", () => {
  const two = merkleRoot([Uint8Array.of(1), Uint8Array.of(2)]);
  const node = Uint8Array.of(1, ...sha256(Uint8Array.of(1)));
  expect(merkleRoot([node])).not.toBe(two);
});

test("the actions root commits to each lane's session and head", () => {
  fc.assert(
    fc.property(anyHex(32), anyHex(32), fc.nat(), (sessionId, hash, seq) => {
      const root = actionsRoot([{ sessionId, head: { seq, hash } }]);
      expect(actionsRoot([{ sessionId, head: { seq: seq + 1, hash } }])).not.toBe(root);
      expect(actionsRoot([])).not.toBe(root);
    }),
  );
});
