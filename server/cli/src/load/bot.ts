import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import type { Game, Random } from "@weft/game";
import type { Hash } from "@weft/protocol";
import { CliError } from "../errors.ts";

/** What a bot may look at when it is asked for its next action. */
export type BotContext<State = unknown> = {
  /** Number of the client, from 0. */
  readonly client: number;
  /** Number of the client's action, from 1. */
  readonly action: number;
  /** The same run after run, for the same `--seed`. */
  readonly random: Random;
  /** What the game has the player under. */
  readonly playerId: Hash;
  /** The room's state; undefined without `--state`, and before it has come. */
  readonly state: State | undefined;
};

export type BotAction = { readonly action: string; readonly input?: unknown };

/** Says what a player does next; undefined: nothing. Called at the pace that the load test sets. */
export type LoadBot<State = unknown> = (context: BotContext<State>) => BotAction | undefined;

/**
 * The function `bot` that a module exports.
 * @throws CliError BOT_INVALID
 */
export async function loadBot(file: string, game: Game): Promise<LoadBot> {
  const { bot } = await load(file);
  if (typeof bot === "function") return bot as LoadBot;
  throw new CliError("BOT_INVALID", `${file} exports no function \`bot\`: ${howToWrite(game)}`, {
    details: { file },
  });
}

/** What a bot for a game looks like. */
export function howToWrite(game: Game): string {
  const actions = Object.keys(game.actions);
  const [first = "act"] = actions;
  return (
    `\`export const bot = ({ random }) => ({ action: ${JSON.stringify(first)}, input: … });\`. ` +
    `Actions of ${game.name}: ${actions.join(", ")}`
  );
}

async function load(file: string): Promise<Record<string, unknown>> {
  try {
    return await import(pathToFileURL(resolve(file)).href);
  } catch (cause) {
    throw new CliError("BOT_INVALID", `${file} can't be loaded: ${(cause as Error).message}`, {
      details: { file },
      cause,
    });
  }
}
