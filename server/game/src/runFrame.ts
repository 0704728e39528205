import type { Frame } from "@weft/protocol";
import type { z } from "zod";
import { GameError } from "./errors.ts";
import { type GameCode, messageOf } from "./gameCode.ts";
import { MAX_MESSAGE_CHARS } from "./limits.ts";
import type { FrameOutcome, Game, GameContext, Player } from "./types.ts";

const APPLIED: FrameOutcome = { applied: true };

/**
 * One player's action. Whatever the player sent, and whatever the game makes of it, this returns: a frame
 * is in its lane already, and every replay refuses it alike.
 */
export function runFrame<State>(
  game: Game<State>,
  code: GameCode,
  ctx: GameContext<State>,
  player: Player,
  frame: Frame,
): { outcome: FrameOutcome; error?: GameError } {
  // Own properties only: "constructor" is a name that a client may well send.
  const action = Object.hasOwn(game.actions, frame.action) ? game.actions[frame.action] : undefined;
  if (action === undefined) {
    return { outcome: refused("ACTION_UNKNOWN", `${game.name} has no such action`) };
  }
  try {
    // Both in one run: entering and leaving a game's code costs more than most actions.
    let outcome = APPLIED;
    code.run((): unknown => {
      const parsed = action.input.safeParse(frame.input);
      if (!parsed.success) outcome = refused("INPUT_REFUSED", describeIssue(parsed.error));
      // What it returns is of interest where it is a promise, which isn't allowed.
      return parsed.success ? action.run(ctx, player, parsed.data) : undefined;
    });
    return { outcome };
  } catch (cause) {
    const message = `action ${frame.action} failed: ${messageOf(cause)}`;
    const details = { action: frame.action, lane: player.lane, player: player.id };
    const error = new GameError("ACTION_FAILED", message, { cause, details });
    return { outcome: refused("ACTION_FAILED", message), error };
  }
}

function refused(
  code: "ACTION_UNKNOWN" | "INPUT_REFUSED" | "ACTION_FAILED",
  message: string,
): FrameOutcome {
  return { applied: false, code, message: message.slice(0, MAX_MESSAGE_CHARS) };
}

function describeIssue(error: z.ZodError): string {
  const [issue] = error.issues;
  if (issue === undefined) return "refused by the action's schema";
  return [...issue.path.map(String), issue.message].join(": ");
}
