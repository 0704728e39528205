import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { z } from "zod";
import { CliError } from "../errors.ts";

const playerSchema = z.object({
  /** The wallet's private key. */
  key: z.string().regex(/^0x[0-9a-f]{64}$/),
  /** A pass that the wallet holds, in decimal; without it the faucet gives one. */
  pass: z
    .string()
    .regex(/^\d{1,78}$/)
    .optional(),
  /** Whether the wallet's identity is bound to the pass. */
  bound: z.boolean().optional(),
});
const fileSchema = z.object({ players: z.array(playerSchema) });

/** Who a client logs in as. Changed when it gets a pass. */
export type LoadPlayer = z.infer<typeof playerSchema>;

/** @returns none where there is no such file yet. @throws CliError PLAYERS_INVALID */
export function readPlayers(file: string): LoadPlayer[] {
  if (!existsSync(file)) return [];
  try {
    return fileSchema.parse(JSON.parse(readFileSync(file, "utf8"))).players;
  } catch (cause) {
    const message = `${file} isn't a file of players: { "players": [{ "key": "0x…", "pass": "7" }] }`;
    throw new CliError("PLAYERS_INVALID", message, { details: { file }, cause });
  }
}

/** Only its owner may read it: the keys are in it. @throws CliError PLAYERS_INVALID */
export function writePlayers(file: string, players: readonly LoadPlayer[]): void {
  try {
    writeFileSync(file, `${JSON.stringify({ players }, null, 1)}\n`, { mode: 0o600 });
  } catch (cause) {
    const message = `${file} can't be written: ${(cause as Error).message}`;
    throw new CliError("PLAYERS_INVALID", message, { details: { file }, cause });
  }
}
