import { encodeFrame, extendLane, type Hash, type LaneHead, timestampMs } from "@weft/protocol";
import fc from "fast-check";
import { beforeEach, expect, test } from "vitest";
import { createPlayer, createTestChain, createTestRoom, joinRoom, ROOM } from "../testChain.ts";
import type { RoomJournal, RoomRecord } from "../types.ts";

const players = [createPlayer(1), createPlayer(2), createPlayer(3)];

async function openRoom() {
  const test = createTestChain();
  const journal = createTestRoom(test);
  for (const player of players) await joinRoom(test, journal, player);
  return { ...test, journal };
}

let room: Awaited<ReturnType<typeof openRoom>>;
beforeEach(async () => {
  room = await openRoom();
});

const lane = fc.nat(players.length - 1);
const step = fc.oneof(
  { weight: 6, arbitrary: fc.record({ type: fc.constant("frame" as const), lane }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("seal" as const), lane }) },
  fc.record({ type: fc.constant("tick" as const) }),
  fc.record({ type: fc.constant("checkpoint" as const), byte: fc.nat(255) }),
  fc.record({ type: fc.constant("refused" as const), lane }),
  fc.record({
    type: fc.constant("read" as const),
    what: fc.constantFrom("record", "lane", "clock"),
  }),
);
type Step = typeof step extends fc.Arbitrary<infer T> ? T : never;

/** What a record must be, computed event by event. */
class Model {
  record: RoomRecord;

  constructor(record: RoomRecord) {
    this.record = structuredClone(record);
  }

  head(number: number): LaneHead {
    return this.record.lanes[number]?.head ?? { seq: -1, hash: "0x" };
  }

  count(change: Partial<RoomRecord>): void {
    this.record = { ...this.record, events: this.record.events + 1, ...change };
  }

  grow(number: number, frame: Uint8Array): void {
    this.#setLane(number, { head: extendLane(this.head(number), frame) });
  }

  seal(number: number, signature: Uint8Array): void {
    this.#setLane(number, { sealed: { ...this.head(number), signature } });
  }

  #setLane(number: number, change: object): void {
    const lanes = this.record.lanes.map((one, at) => (at === number ? { ...one, ...change } : one));
    this.count({ lanes });
  }
}

function run(journal: RoomJournal, model: Model, one: Step, index: number): void {
  switch (one.type) {
    case "frame": {
      const { seq } = model.head(one.lane);
      const frame = encodeFrame({ seq: seq + 1, action: "move", input: index });
      expect(journal.append({ type: "frame", lane: one.lane, frame })).toBe(model.record.events);
      model.grow(one.lane, frame);
      break;
    }
    case "seal": {
      const signature = new Uint8Array(64).fill(index);
      const { seq } = model.head(one.lane);
      journal.append({ type: "seal", lane: one.lane, seq, signature });
      model.seal(one.lane, signature);
      break;
    }
    case "tick": {
      const nowMs = timestampMs(model.record.nowMs + 1);
      journal.append({ type: "tick", nowMs });
      model.count({ nowMs });
      break;
    }
    case "checkpoint": {
      const stateHash: Hash = `0x${one.byte.toString(16).padStart(64, "0")}`;
      journal.append({ type: "checkpoint", stateHash });
      model.count({ stateHash });
      break;
    }
    case "refused": {
      const seq = model.head(one.lane).seq + 1;
      const append = () =>
        journal.append({ type: "seal", lane: one.lane, seq, signature: new Uint8Array(64) });
      expect(append).toThrow(expect.objectContaining({ code: "SEAL_OUT_OF_ORDER" }));
      break;
    }
    case "read":
      if (one.what === "record") expect(journal.record).toEqual(model.record);
      else if (one.what === "lane") expect(journal.lane(1)).toEqual(model.record.lanes[1]);
      else expect(journal.nowMs).toBe(model.record.nowMs);
  }
}

test("a room's record is the same whenever it is made, and stays as it was for who has it", () => {
  const { journal } = room;
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const model = new Model(journal.record);
      const held: [RoomRecord, RoomRecord][] = [];
      steps.forEach((one, index) => {
        run(journal, model, one, index);
        if (one.type === "read") held.push([journal.record, model.record]);
      });
      held.push([journal.record, model.record]);
      for (const [record, expected] of held) expect(record).toEqual(expected);
    }),
  );
});

test("what is read of a lane or a claim is the very one that the record has", () => {
  const { journal } = room;
  const frame = encodeFrame({ seq: 1, action: "move", input: 0 });
  journal.append({ type: "frame", lane: 0, frame });
  journal.append({ type: "seal", lane: 0, seq: 1, signature: new Uint8Array(64) });
  const claim = journal.lane(0)?.sealed;
  expect(claim?.seq).toBe(1);
  // Verdicts are kept by claim.
  expect(journal.record.lanes[0]?.sealed).toBe(claim);
  expect(journal.lane(0)).toBe(journal.record.lanes[0]);
  expect(journal.lane(players.length)).toBeUndefined();
  expect(journal.round).toBeUndefined();
});

test("of a room that is closed nothing is left to read", () => {
  const { journal, chain } = room;
  journal.append({ type: "tick", nowMs: timestampMs(1) });
  journal.append({ type: "close" });
  const reads = [() => journal.record, () => journal.nowMs, () => journal.round];
  for (const read of [...reads, () => journal.lane(0), () => chain.room(ROOM)]) {
    expect(read).toThrow(expect.objectContaining({ code: "ROOM_UNKNOWN" }));
  }
  expect(chain.rooms()).toEqual([]);
});
