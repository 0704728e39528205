import { Schema } from "@colyseus/schema";
import {
  type LoginType,
  MAX_ITEM_BYTES,
  MAX_MINTS,
  MAX_NAME_BYTES,
  MAX_SEASON,
  utf8ToBytes,
} from "@weft/protocol";
import { z } from "zod";
import { GameError } from "./errors.ts";
import { describeInput } from "./gameHash.ts";
import {
  MAX_ACTIONS,
  MAX_ITEMS,
  MAX_MINTS_PER_DAY,
  MAX_PLAYERS,
  MAX_ROUND_SECONDS,
  MAX_TICK_RATE_HZ,
  MIN_TICK_RATE_HZ,
} from "./limits.ts";
import { stateToValue } from "./stateToValue.ts";
import type { Action, Game, GameContext, GameDefinition, Player, RoundRules } from "./types.ts";

const DEFAULT_VERSION = 1;
const DEFAULT_MIN_PLAYERS = 1;
const DEFAULT_MAX_PLAYERS = 8;
const LOGIN_TYPES: readonly LoginType[] = ["wallet", "ownership"];
const DEFAULT_SEASON = 0;

/** Names end up in URLs and in what wallets show. */
const NAME = /^[A-Za-z][A-Za-z0-9_-]*$/;

const HOOKS = ["onCreate", "onJoin", "onLeave", "tick", "onRoundOpen", "report"] as const;

/**
 * An action for `defineGame`. Written there in place, `{ input, run }` does the same and its `ctx` needs
 * no type; here it does: `(ctx: GameContext<ArenaState>, player, input) => { … }`.
 */
export function action<State, Input extends z.ZodType>(
  input: Input,
  run: (ctx: GameContext<State>, player: Player, input: z.output<Input>) => void,
): Action<State, Input> {
  return { input, run };
}

/**
 * Checks a game's definition and fills in its defaults. The result is what servers, clients and verifiers
 * share.
 * @throws GameError DEFINITION_INVALID; the details' `path` names the mistake's place.
 */
export function defineGame<State extends Schema, Inputs extends Record<string, z.ZodType>>(
  definition: GameDefinition<State, Inputs>,
): Game<State, Inputs> {
  const game: Game<State, Inputs> = {
    ...definition,
    version: definition.version ?? DEFAULT_VERSION,
    minPlayers: definition.minPlayers ?? DEFAULT_MIN_PLAYERS,
    maxPlayers: definition.maxPlayers ?? DEFAULT_MAX_PLAYERS,
    login: definition.login ?? LOGIN_TYPES,
    season: definition.season ?? DEFAULT_SEASON,
  };
  checkName("name", game.name);
  checkWhole("version", game.version, 1, Number.MAX_SAFE_INTEGER);
  checkWhole("tickRateHz", game.tickRateHz, MIN_TICK_RATE_HZ, MAX_TICK_RATE_HZ);
  checkWhole("maxPlayers", game.maxPlayers, 1, MAX_PLAYERS);
  checkWhole("minPlayers", game.minPlayers, 1, game.maxPlayers);
  checkWhole("season", game.season, 0, MAX_SEASON);
  checkLogin(game.login);
  for (const hook of HOOKS) {
    if (game[hook] !== undefined) checkFunction(hook, game[hook]);
  }
  if (game.round !== undefined) checkRound(game.round, game.report !== undefined);
  checkActions(game.actions);
  checkState(game.state);
  return Object.freeze(game);
}

function invalid(path: string, problem: string, cause?: unknown): never {
  throw new GameError("DEFINITION_INVALID", `${path}: ${problem}`, { details: { path }, cause });
}

function checkWhole(path: string, value: unknown, min: number, max: number): void {
  if (!Number.isSafeInteger(value) || (value as number) < min || (value as number) > max) {
    invalid(path, `a whole number from ${min} to ${max} is needed, not ${String(value)}`);
  }
}

function checkName(path: string, value: unknown): void {
  if (typeof value !== "string" || !NAME.test(value)) {
    invalid(
      path,
      `a letter, then letters, digits, - and _ are needed, not ${JSON.stringify(value)}`,
    );
  }
  checkSize(path, value, MAX_NAME_BYTES);
}

function checkSize(path: string, text: string, maxBytes: number): void {
  const sizeBytes = utf8ToBytes(text).length;
  if (sizeBytes > maxBytes) invalid(path, `${sizeBytes} bytes, at most ${maxBytes} allowed`);
}

function checkFunction(path: string, value: unknown): void {
  if (typeof value !== "function") invalid(path, "not a function");
  // Object.prototype.toString tells async functions and generators from ordinary ones.
  if (Object.prototype.toString.call(value) !== "[object Function]") {
    invalid(path, "game code runs at once and to its end: no async functions, no generators");
  }
}

function checkLogin(types: readonly LoginType[]): void {
  if (types.length === 0) invalid("login", "nobody could play");
  if (new Set(types).size !== types.length) invalid("login", "one is there twice");
  const unknown = types.find((type) => !LOGIN_TYPES.includes(type));
  if (unknown !== undefined) invalid("login", `no login by ${JSON.stringify(unknown)}`);
}

function checkRound(round: RoundRules, hasReport: boolean): void {
  const { seconds, maxMints, maxMintsWithoutQuorum = 0, maxMintsPerDay = 0, items } = round;
  if (!(seconds > 0 && seconds <= MAX_ROUND_SECONDS)) {
    invalid("round.seconds", `more than 0 and at most ${MAX_ROUND_SECONDS} are needed`);
  }
  checkWhole("round.maxMints", maxMints, 0, MAX_MINTS);
  checkWhole("round.maxMintsWithoutQuorum", maxMintsWithoutQuorum, 0, maxMints);
  checkWhole("round.maxMintsPerDay", maxMintsPerDay, 0, MAX_MINTS_PER_DAY);
  if (maxMints > 0 && !hasReport) invalid("report", "a round with prizes needs a report");
  if (items === undefined) return;
  if (items.length > MAX_ITEMS) invalid("round.items", `more than ${MAX_ITEMS}`);
  if (new Set(items).size !== items.length) invalid("round.items", "one is there twice");
  items.forEach((item, index) => {
    const path = `round.items[${index}]`;
    if (typeof item !== "string" || item === "" || !item.isWellFormed()) invalid(path, "no name");
    checkSize(path, item, MAX_ITEM_BYTES);
  });
}

function checkActions(actions: Readonly<Record<string, Action<never>>>): void {
  const entries = Object.entries(actions);
  if (entries.length > MAX_ACTIONS) invalid("actions", `more than ${MAX_ACTIONS}`);
  for (const [name, { input, run }] of entries) {
    const path = `actions.${name}`;
    checkName(path, name);
    // Clients call `room.act.<name>()`: it must not be taken for a promise or for an object's own method.
    if (name === "then" || name in Object.prototype) invalid(path, "JavaScript needs this name");
    if (!(input instanceof z.ZodType)) invalid(`${path}.input`, "not a zod schema");
    checkFunction(`${path}.run`, run);
    try {
      describeInput(input);
    } catch (cause) {
      invalid(`${path}.input`, "zod can't describe this schema, so it can't be hashed", cause);
    }
  }
}

function checkState(state: new () => Schema): void {
  let first: unknown;
  try {
    first = new state();
    stateToValue(first);
  } catch (cause) {
    invalid("state", "can't be made without arguments, or holds what has no encoding", cause);
  }
  if (!(first instanceof Schema))
    invalid("state", "not a class made by schema() of @colyseus/schema");
}
