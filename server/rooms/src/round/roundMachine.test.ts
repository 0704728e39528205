import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  askForRound,
  lobby,
  observeRound,
  type RoundEffect,
  type RoundObservation,
  type RoundRulesOfRoom,
  type RoundState,
  reopenPauseMs,
  settleRound,
} from "./roundMachine.ts";

const rules: RoundRulesOfRoom = {
  minPlayers: 2,
  autoStart: true,
  startDelayMs: 1000,
  sealGraceMs: 2000,
};
const seen = (change: Partial<RoundObservation>): RoundObservation => ({
  nowMs: 0,
  players: 2,
  over: false,
  allSealed: false,
  ...change,
});

describe("the life of a round", () => {
  test("lobby → opening → playing → sealing → reporting → lobby", () => {
    let { state } = observeRound(lobby(), seen({ nowMs: 0 }), rules);
    expect(observeRound(state, seen({ nowMs: 999 }), rules).effect).toBeUndefined();
    const open = observeRound(state, seen({ nowMs: 1000 }), rules);
    expect(open).toMatchObject({ state: { phase: "opening" }, effect: "open" });
    state = settleRound(open.state, "opened", 1500);
    expect(state.phase).toBe("playing");
    expect(observeRound(state, seen({ nowMs: 2000 }), rules)).toEqual({ state });
    const end = observeRound(state, seen({ nowMs: 3000, over: true }), rules);
    expect(end).toMatchObject({ state: { phase: "sealing", untilMs: 5000 }, effect: "end" });
    const report = observeRound(end.state, seen({ nowMs: 3100, allSealed: true }), rules);
    expect(report).toMatchObject({ state: { phase: "reporting" }, effect: "report" });
    expect(settleRound(report.state, "done", 4000)).toEqual(lobby());
  });

  test("sealing ends with the grace, sealed or not", () => {
    const sealing: RoundState = { phase: "sealing", untilMs: 5000 };
    expect(observeRound(sealing, seen({ nowMs: 4999 }), rules).effect).toBeUndefined();
    expect(observeRound(sealing, seen({ nowMs: 5000 }), rules).effect).toBe("report");
  });

  test("the delay starts anew when a player leaves", () => {
    const { state } = observeRound(lobby(), seen({ nowMs: 0 }), rules);
    const alone = observeRound(state, seen({ nowMs: 900, players: 1 }), rules);
    const again = observeRound(alone.state, seen({ nowMs: 1000 }), rules);
    expect(again.effect).toBeUndefined();
    expect(observeRound(again.state, seen({ nowMs: 2000 }), rules).effect).toBe("open");
  });

  test("who asks doesn't wait, but needs players", () => {
    const manual = { ...rules, autoStart: false };
    expect(observeRound(lobby(), seen({ nowMs: 1e9 }), manual).effect).toBeUndefined();
    const asked = askForRound(lobby());
    expect(observeRound(asked, seen({ players: 1 }), manual).effect).toBeUndefined();
    expect(observeRound(asked, seen({}), manual).effect).toBe("open");
  });

  test("failures to open are tried again, less and less often", () => {
    let state: RoundState = { phase: "opening", failures: 0 };
    state = settleRound(state, "openFailed", 10_000);
    expect(state).toMatchObject({ phase: "lobby", failures: 1 });
    const soon = observeRound(askForRound(state), seen({ nowMs: 10_000 }), rules);
    expect(soon.effect).toBeUndefined();
    const later = seen({ nowMs: 10_000 + reopenPauseMs(1) });
    expect(observeRound(askForRound(state), later, rules).effect).toBe("open");
    expect(reopenPauseMs(2)).toBe(2 * reopenPauseMs(1));
    expect(reopenPauseMs(1000)).toBe(30_000);
  });
});

test("whatever happens, effects alternate as they must, and stopped is final", () => {
  const observation = fc.record({
    nowMs: fc.nat(100_000),
    players: fc.nat(4),
    over: fc.boolean(),
    allSealed: fc.boolean(),
  });
  const event = fc.oneof(
    { weight: 4, arbitrary: observation },
    fc.constantFrom("opened" as const, "openFailed" as const, "done" as const),
  );
  const follows: Record<RoundEffect, RoundEffect[]> = {
    open: ["end", "open"],
    end: ["report", "open"],
    report: ["open"],
  };
  fc.assert(
    fc.property(fc.array(event, { maxLength: 200 }), (events) => {
      let state = lobby();
      let last: RoundEffect | undefined;
      for (const one of events) {
        if (typeof one === "string") {
          state = settleRound(state, one, 0);
          continue;
        }
        const { state: next, effect } = observeRound(state, one, rules);
        state = next;
        if (effect === undefined) continue;
        if (last === undefined) expect(effect).toBe("open");
        else expect(follows[last]).toContain(effect);
        last = effect;
      }
      const stopped: RoundState = { phase: "stopped" };
      expect(settleRound(stopped, "done", 0)).toBe(stopped);
      expect(observeRound(stopped, seen({ over: true, nowMs: 1e9 }), rules)).toEqual({
        state: stopped,
      });
    }),
  );
});
