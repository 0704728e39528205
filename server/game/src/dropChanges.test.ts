import { $changes, Encoder, schema, t } from "@colyseus/schema";
import { describe, expect, test } from "vitest";
import { createChangeDropper } from "./dropChanges.ts";

const State = schema({ queue: t.array("number"), speed: t.number().unreliable() }, "State");

describe("changes that Colyseus notes", () => {
  test("are dropped where nobody encodes the state", () => {
    const state = new State();
    const dropChanges = createChangeDropper(state);
    for (let n = 0; n < 3; n++) {
      state.queue.push(n, n + 1);
      state.queue.shift();
      state.speed = n;
      expect(state.queue[$changes]?.has()).toBe(true);
      dropChanges();
      expect(state.queue[$changes]?.has()).toBe(false);
      expect(state[$changes]?.unreliableRecorder?.has()).not.toBe(true);
    }
    expect([...state.queue]).toEqual([2, 2, 3]);
  });

  test("are kept for the room that encodes the state", () => {
    const state = new State();
    const dropChanges = createChangeDropper(state);
    const encoder = new Encoder(state);
    encoder.discardChanges();
    state.queue.push(1);
    dropChanges();
    expect(encoder.hasChanges).toBe(true);
  });

  test("are kept from the moment in which a replayed state comes into a room", () => {
    const state = new State();
    const dropChanges = createChangeDropper(state);
    state.queue.push(1);
    dropChanges();
    const encoder = new Encoder(state);
    encoder.discardChanges();
    state.queue.push(2);
    dropChanges();
    expect(encoder.hasChanges).toBe(true);
  });
});
