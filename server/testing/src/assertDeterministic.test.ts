import { expect, test } from "vitest";
import { assertDeterministic } from "./assertDeterministic.ts";
import { createTestRoom } from "./createTestRoom.ts";
import type { Divergence } from "./divergence/divergence.ts";
import type { TestingError } from "./errors.ts";
import type { RecordedRound } from "./recording/recordedRound.ts";
import { createRace, type RaceRules, race } from "./testGame.ts";

/** Ada runs, Bob marks, in a round to its report. */
function record(game = race): RecordedRound {
  const room = createTestRoom(game, { players: 2 });
  const [ada, bob] = room.players;
  room.openRound();
  room.tick();
  bob?.act.mark("first");
  ada?.act.run({ steps: 2 });
  room.tick();
  bob?.try("run", { steps: 4 });
  ada?.act.run({ steps: 3 });
  room.finishRound();
  return room.recording();
}

const recording = record();
const indexOf = (type: string, nth = 0) =>
  recording.steps.filter(({ event }) => event.type === type)[nth]?.index;
const [FIRST_RUN, REFUSED_RUN] = [indexOf("frame", 1), indexOf("frame", 2)];
const players = recording.steps.flatMap(({ event }) =>
  event.type === "join" ? [event.sessionId] : [],
);

function divergence(rules: RaceRules, round: unknown = recording) {
  try {
    assertDeterministic(createRace(rules), round);
  } catch (error) {
    const { code, message, details } = error as TestingError;
    expect(code).toBe("DIVERGED");
    return { message, ...(details as Divergence) };
  }
  throw new Error("it didn't diverge");
}

test("the same game makes the same of it, through JSON as well", () => {
  assertDeterministic(race, recording);
  assertDeterministic(createRace(), JSON.stringify(recording));
});

test("a changed rule: the action, its player, and the first place that differs are named", () => {
  const found = divergence({ step: 2 });
  expect(found).toMatchObject({
    ...{ index: FIRST_RUN, fromIndex: FIRST_RUN, action: "run", player: players[0] },
    path: `state.runners["${players[0]}"].x`,
    isRepeatable: true,
  });
  expect(found.differences).toHaveLength(1);
  expect(found.message).toContain(
    `event ${FIRST_RUN}: player ${players[0]} (lane 0) did run {"steps":2}`,
  );
});

test("another roll of the dice shows in what came of it, or in the randomness itself", () => {
  const { index, differences } = divergence({ rollTwice: true });
  expect(index).toBe(FIRST_RUN);
  expect(differences.map(({ path }) => path)).toContain("random");
});

test("an action that is no longer refused", () => {
  expect(divergence({ maxSteps: 4 })).toMatchObject({
    ...{ index: REFUSED_RUN, player: players[1], path: "outcome" },
    differences: expect.arrayContaining([
      { path: "outcome", recorded: "INPUT_REFUSED", actual: "applied" },
    ]),
  });
});

test("another report", () => {
  expect(divergence({ prize: "medal" })).toMatchObject({
    index: indexOf("report"),
    differences: [{ path: "report.mints[0].item", recorded: '"crown"', actual: '"medal"' }],
  });
});

test("an event that the game can't take any more", () => {
  const found = divergence({ maxPlayers: 1 });
  expect(found).toMatchObject({ index: 1, path: "event", player: players[1] });
  expect(found.errors[0]).toMatchObject({ code: "ROOM_FULL" });
});

test("a game that looks at something outside its state differs from itself", () => {
  let calls = 0;
  const found = divergence({ outside: () => ++calls });
  expect(found).toMatchObject({ index: FIRST_RUN, isRepeatable: false });
  expect(found.message).toContain("outside its state");
  // What the guards catch is told with its name.
  expect(divergence({ outside: () => Math.random() }).message).toContain("Math.random()");
});

test("where no state is known the events are named among which it began", () => {
  const last = recording.steps.length - 1;
  const steps = recording.steps.map(({ index, event, stateHash }) => ({
    ...{ index, event },
    ...(index === last - 1 && stateHash !== undefined ? { stateHash } : {}),
  }));
  const bare = { ...recording, steps };
  assertDeterministic(race, bare);
  expect(divergence({ step: 2 }, bare)).toMatchObject({ fromIndex: 0, index: last - 1 });
});

test.each([
  ["no JSON", "{"],
  ["no recording", { format: "weft-round-1" }],
  ["another format", { ...recording, format: "weft-round-9" }],
  ["another game", { ...recording, game: { ...recording.game, name: "chess" } }],
])("%s: RECORDING_INVALID", (_what, wrong) => {
  expect(() => assertDeterministic(race, wrong)).toThrow(
    expect.objectContaining({ code: "RECORDING_INVALID" }),
  );
});
