import { type Client, Room } from "@colyseus/core";
import { type SchemaType, schema, t } from "@colyseus/schema";
import { defineGame } from "@weft/game";
import { z } from "zod";

/** The same small game twice: as a plain Colyseus room and as a Weft game. Rules, state and checks of the input are shared. */

export const GAME = "field";
export const MOVE = "move";
const TICK_RATE_HZ = 20;
const SIZE = 1_000;

const Runner = schema(
  { x: t.int16().default(0), y: t.int16().default(0), moves: t.uint32().default(0) },
  "Runner",
);
const FieldState = schema({ runners: t.map(Runner), tick: t.uint32().default(0) }, "FieldState");
export type Field = SchemaType<typeof FieldState>;

const moveInput = z.object({ dx: z.int().min(-1).max(1), dy: z.int().min(-1).max(1) });
export type Move = z.infer<typeof moveInput>;

/** What all rooms of the process have run. */
export const done = { moves: 0 };

function move(state: Field, id: string, { dx, dy }: Move): void {
  const runner = state.runners.get(id);
  if (runner === undefined) return;
  runner.x = (runner.x + dx + SIZE) % SIZE;
  runner.y = (runner.y + dy + SIZE) % SIZE;
  runner.moves++;
  done.moves++;
}

export function createField(maxPlayers: number) {
  return defineGame({
    name: GAME,
    state: FieldState,
    tickRateHz: TICK_RATE_HZ,
    maxPlayers,
    actions: {
      [MOVE]: {
        input: moveInput,
        run: (ctx, player, input) => move(ctx.state, player.id, input),
      },
    },
    onJoin: (ctx, player) => void ctx.state.runners.set(player.id, new Runner()),
    onLeave: (ctx, player) => void ctx.state.runners.delete(player.id),
    tick: (ctx) => void ctx.state.tick++,
  });
}

export function createPlainRoom(maxPlayers: number): new () => Room {
  return class PlainField extends Room<{ state: Field }> {
    override state = new FieldState();
    override maxClients = maxPlayers;

    override onCreate(): void {
      this.onMessage(MOVE, moveInput, (client: Client, input: Move) =>
        move(this.state, client.sessionId, input),
      );
      this.setSimulationInterval(() => void this.state.tick++, 1000 / TICK_RATE_HZ);
    }

    override onJoin(client: Client): void {
      this.state.runners.set(client.sessionId, new Runner());
    }

    override onLeave(client: Client): void {
      this.state.runners.delete(client.sessionId);
    }
  };
}
