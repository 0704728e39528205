import { RoomsError } from "./errors.ts";
import * as limits from "./limits.ts";
import type { GameServerOptions, RoomSettings } from "./types.ts";

const defaults: RoomSettings = {
  patchRateMs: limits.PATCH_RATE_MS,
  checkpointMs: limits.CHECKPOINT_MS,
  sealTimeoutMs: limits.SEAL_TIMEOUT_MS,
  sealGraceMs: limits.SEAL_GRACE_MS,
  coSignGraceMs: limits.CO_SIGN_GRACE_MS,
  reconnectionSeconds: limits.RECONNECTION_SECONDS,
  snapshotMs: limits.SNAPSHOT_MS,
  drainSeconds: limits.DRAIN_SECONDS,
  comeBackMs: limits.COME_BACK_MS,
  autoStart: true,
  startDelayMs: limits.START_DELAY_MS,
  reportMarginSeconds: limits.REPORT_MARGIN_SECONDS,
};

/** The settings with their defaults. @throws RoomsError OPTIONS_INVALID for a time that isn't one. */
export function roomSettings(given: Partial<RoomSettings> = {}): RoomSettings {
  const settings: RoomSettings = { ...defaults, ...given };
  for (const [name, value] of Object.entries(settings)) {
    if (typeof value === "number" && !(Number.isFinite(value) && value >= 0)) {
      invalid(`settings.${name} is ${value}, a number from 0 expected`);
    }
  }
  if (settings.patchRateMs < 1) invalid("settings.patchRateMs must be 1 at least");
  return settings;
}

/** @throws RoomsError OPTIONS_INVALID for games that can't be told apart by their names. */
export function checkGames({ games, rooms = {} }: GameServerOptions): void {
  const names = Object.keys(games);
  if (names.length === 0) invalid("games: at least one game expected");
  for (const [name, game] of Object.entries(games)) {
    if (game.name !== name) invalid(`games.${name}: the game calls itself ${game.name}`);
    // Colyseus has room names in URLs.
    if (!/^[a-zA-Z0-9_-]+$/.test(name)) invalid(`games.${name}: not a name for a Colyseus room`);
  }
  for (const name of Object.keys(rooms)) {
    if (!names.includes(name)) invalid(`rooms.${name}: there is no such game`);
  }
}

/** Hosts that the server goes by: the public one, or else what loopback is called. */
export function serverDomains(publicUrl: string | undefined, port: number): ReadonlySet<string> {
  if (publicUrl !== undefined) return new Set([parsePublicUrl(publicUrl).host]);
  return new Set(["localhost", "127.0.0.1", "[::1]"].map((host) => `${host}:${port}`));
}

/** @throws RoomsError OPTIONS_INVALID */
export function parsePublicUrl(publicUrl: string): URL {
  const url = URL.canParse(publicUrl) ? new URL(publicUrl) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return invalid(`publicUrl: an http or https URL expected, got ${publicUrl}`);
  }
  return url;
}

function invalid(message: string): never {
  throw new RoomsError("OPTIONS_INVALID", message);
}
