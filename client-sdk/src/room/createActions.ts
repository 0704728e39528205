import type { Value } from "@weft/protocol";
import { ClientError } from "../errors.ts";
import type { ClientGame, RoomActions, SentAction } from "../game.ts";

/**
 * One method per action of the game. What is sent is the input as given: the schema that checks it
 * here is the one that reads it in the room.
 */
export function createActions<G extends ClientGame>(
  game: G,
  push: (action: string, input: Value) => number,
): RoomActions<G> {
  // no prototype: `act.toString` is an action or nothing
  const actions: Record<string, (input?: unknown) => SentAction> = Object.create(null);
  for (const name of Object.keys(game.actions)) {
    actions[name] = (input = null) => {
      check(game, name, input);
      return { seq: push(name, input as Value) };
    };
  }
  return Object.freeze(actions) as RoomActions<G>;
}

function check(game: ClientGame, action: string, input: unknown): void {
  const refuse = (cause: unknown) =>
    new ClientError("INPUT_REFUSED", `${game.name} refuses this input of ${action}`, {
      details: { game: game.name, action },
      cause,
    });
  let result: { error?: unknown; success: boolean } | undefined;
  try {
    result = game.actions[action]?.input.safeParse(input);
  } catch (cause) {
    // such as an asynchronous schema, which no replay could run
    throw refuse(cause);
  }
  if (result?.success !== true) throw refuse(result?.error);
}
