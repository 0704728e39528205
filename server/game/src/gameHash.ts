import { encodeValue, type Hash, keccak256, type Value } from "@weft/protocol";
import { z } from "zod";
import type { Game, RoundRules } from "./types.ts";

/**
 * keccak256 of what a game declares: name, version, tick rate, players, round, and every action with the
 * JSON schema of its input. It names the program that a room's events are replayed with. Code isn't in
 * it, except in development (`withCode`): a change of the rules needs a new `version`.
 */
export function gameHash(game: Game): Hash {
  return keccak256(encodeValue(describeGame(game)));
}

function describeGame(game: Game): Value {
  const { name, version, tickRateHz, minPlayers, maxPlayers, round, code } = game;
  const actions = Object.entries(game.actions).map(
    ([action, { input }]) => [action, describeInput(input)] as const,
  );
  return {
    name,
    version,
    tickRateHz,
    minPlayers,
    maxPlayers,
    round: round === undefined ? null : describeRound(round),
    actions: Object.fromEntries(actions),
    ...(code === undefined ? {} : { code }),
  };
}

/** Without what only the ZK chain holds reports against: a replay is the same whatever it allows. */
function describeRound({ seconds, maxMints, items }: RoundRules): Value {
  return { seconds, maxMints, items: items ?? null };
}

/**
 * What an action takes, as JSON schema.
 * @throws Error where zod can't tell.
 */
export function describeInput(input: z.ZodType): Value {
  // What JSON schema has no word for (a bigint, a custom check) counts as anything.
  const schema = z.toJSONSchema(input, { io: "input", unrepresentable: "any" });
  return JSON.parse(JSON.stringify(schema)) as Value;
}
