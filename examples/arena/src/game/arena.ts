import { defineGame, type GameContext } from "@weft/game";
import { z } from "zod";
import { ArenaState, type Phase, Ship } from "./ArenaState.ts";
import { collectGems, dropGem, spawnGems } from "./gems.ts";
import { parkShip, unparkShip } from "./parking.ts";
import { MAX_PLAYERS, STUN_TICKS, TICK_RATE_HZ } from "./rules.ts";
import { findHits, moveShip, resetShip, startDash } from "./ships.ts";
import { awardPrizes, ITEMS, rankPlayers } from "./standings.ts";

export * from "./ArenaState.ts";
export * as rules from "./rules.ts";

const direction = z.int().min(-1).max(1);

export type ArenaOptions = {
  readonly roundSeconds?: number;
  readonly minPlayers?: number;
  readonly countdownSeconds?: number;
};

/**
 * Ships race for gems on a walled plane. A dash is three times as fast, and knocks points out of whom it
 * hits. When the time is up, the best go home with prizes. With a countdown nobody flies before it is over.
 */
export function createArena(options: ArenaOptions = {}) {
  const { roundSeconds = 20, minPlayers = 2, countdownSeconds = 0 } = options;
  return defineGame({
    name: "arena",
    state: ArenaState,
    tickRateHz: TICK_RATE_HZ,
    minPlayers,
    maxPlayers: MAX_PLAYERS,
    round: { seconds: roundSeconds + countdownSeconds, maxMints: ITEMS.length, items: ITEMS },
    actions: {
      /** Steers, until the next `move`. */
      move: {
        input: z.strictObject({ dx: direction, dy: direction }),
        run(ctx, player, { dx, dy }) {
          const ship = ctx.state.ships.get(player.id);
          if (ship === undefined) return;
          ship.dx = dx;
          ship.dy = dy;
        },
      },
      dash: {
        input: z.null(),
        run(ctx, player) {
          const ship = ctx.state.ships.get(player.id);
          if (ship !== undefined && ctx.state.countdownTicks === 0) startDash(ship);
        },
      },
    },
    onJoin(ctx, player) {
      const ship = new Ship({ seat: freeSeat(ctx) });
      resetShip(ship);
      unparkShip(ctx.state, player.id, ship);
      ctx.state.ships.set(player.id, ship);
    },
    onLeave(ctx, player) {
      const ship = ctx.state.ships.get(player.id);
      if (ship !== undefined && ctx.round !== undefined) parkShip(ctx.state, player.id, ship);
      ctx.state.ships.delete(player.id);
    },
    onRoundOpen(ctx) {
      for (const ship of ctx.state.ships.values()) resetShip(ship);
      ctx.state.parked.clear();
      ctx.state.countdownTicks = countdownSeconds * TICK_RATE_HZ;
      ctx.state.gems.clear();
      spawnGems(ctx);
    },
    tick: advance,
    report(ctx) {
      const standings = rankPlayers(ctx);
      return {
        results: {
          players: standings.map(({ player, ship: { score, gems, hits } }, index) => {
            return { place: index + 1, id: player.id, score, gems, hits };
          }),
        },
        mints: awardPrizes(standings),
      };
    },
  });
}

/** The arena with rounds of 20 seconds. */
export type Arena = ReturnType<typeof createArena>;

export const arena: Arena = createArena();

function phaseOf({ round, state }: GameContext<ArenaState>): Phase {
  if (round === undefined) return "waiting";
  if (round.over) return "over";
  return state.countdownTicks > 0 ? "countdown" : "playing";
}

function advance(ctx: GameContext<ArenaState>): void {
  const phase = phaseOf(ctx);
  ctx.state.phase = phase;
  ctx.state.ticksLeft = ctx.round?.ticksLeft ?? 0;
  if (phase === "countdown") ctx.state.countdownTicks--;
  else ctx.state.countdownTicks = 0;
  // What lies there when the time is up stays as it is: the report is made of it.
  if (phase === "over" || phase === "countdown") return;
  const ships = [...ctx.state.ships.values()];
  for (const ship of ships) moveShip(ship);
  if (phase === "playing") playTick(ctx, ships);
}

function playTick(ctx: GameContext<ArenaState>, ships: readonly Ship[]): void {
  for (const { by, victim } of findHits(ships)) {
    by.hits++;
    by.dashTicks = 0;
    victim.dashTicks = 0;
    victim.stunTicks = STUN_TICKS;
    dropGem(ctx, victim);
  }
  collectGems(ctx, ships);
  spawnGems(ctx);
}

function freeSeat({ state }: GameContext<ArenaState>): number {
  const taken = new Set(Array.from(state.ships.values(), (ship) => ship.seat));
  let seat = 0;
  while (taken.has(seat)) seat++;
  return seat;
}
