import type { FrameOutcome, Game, GameActions, GameError, Player } from "@weft/game";
import type { LeaveReason, Value } from "@weft/protocol";
import { TestingError } from "./errors.ts";
import type { Inputs, TestPlayer } from "./types.ts";

/** What a player's hands are tied to. */
type Seat = {
  act(seq: number, action: string, input: Value): FrameOutcome;
  leave(reason: LeaveReason): void;
  /** The newest thing that went wrong in game code. */
  lastError(): GameError | undefined;
};

export function createTestPlayer<State, In extends Inputs>(
  game: Game<State, In>,
  identity: Player,
  seat: Seat,
): TestPlayer<State, In> {
  let seq = 0;
  let inRoom = true;
  const assertInRoom = (): void => {
    if (inRoom) return;
    throw new TestingError("PLAYER_GONE", `the player on lane ${identity.lane} has left`);
  };
  const attempt = (action: string, input: Value = null): FrameOutcome => {
    assertInRoom();
    const outcome = seat.act(seq + 1, action, input);
    seq++;
    return outcome;
  };
  const demand = (action: string, input: Value = null): void => {
    const outcome = attempt(action, input);
    if (outcome.applied) return;
    const cause = outcome.code === "ACTION_FAILED" ? seat.lastError() : undefined;
    if (cause !== undefined) throw cause;
    throw new TestingError("ACTION_REFUSED", `${action}: ${outcome.code}: ${outcome.message}`, {
      details: { action, outcome },
    });
  };
  // no prototype: `act.toString` is an action or nothing
  const act: Record<string, (input?: Value) => void> = Object.create(null);
  for (const name of Object.keys(game.actions)) act[name] = (input) => demand(name, input);
  return {
    ...identity,
    act: Object.freeze(act) as GameActions<Game<State, In>>,
    try: attempt,
    leave(reason = "left") {
      assertInRoom();
      inRoom = false;
      seat.leave(reason);
    },
    get inRoom() {
      return inRoom;
    },
  };
}
