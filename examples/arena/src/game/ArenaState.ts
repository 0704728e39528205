import { type SchemaType, schema, t } from "@colyseus/schema";

/** What clients see of a ship, under its player's id. */
export const Ship = schema(
  {
    /** 0 to 7: place of start and colour. */
    seat: t.uint8().default(0),
    x: t.int16().default(0),
    y: t.int16().default(0),
    /** Where it steers, -1 to 1 on each axis. */
    dx: t.int8().default(0),
    dy: t.int8().default(0),
    score: t.uint16().default(0),
    /** Gems picked up and ships hit in this round. */
    gems: t.uint16().default(0),
    hits: t.uint16().default(0),
    /** Ticks that its dash, the wait for the next and its helplessness still last. */
    dashTicks: t.uint8().default(0),
    restTicks: t.uint8().default(0),
    stunTicks: t.uint8().default(0),
    /** When it came to its score, in ticks: of two who have the same, the earlier is ahead. */
    scoredAtTick: t.uint32().noSync().default(0),
  },
  "Ship",
);
export type Ship = SchemaType<typeof Ship>;

export const Gem = schema({ x: t.int16(), y: t.int16(), value: t.uint8() }, "Gem");
export type Gem = SchemaType<typeof Gem>;

/** What a player had who left in a round, for when they are back: a page that is loaded again is a new join. */
export const Parked = schema(
  {
    x: t.int16(),
    y: t.int16(),
    score: t.uint16(),
    gems: t.uint16(),
    hits: t.uint16(),
    scoredAtTick: t.uint32(),
  },
  "Parked",
);
export type Parked = SchemaType<typeof Parked>;

export type Phase = "waiting" | "countdown" | "playing" | "over";

export const ArenaState = schema(
  {
    phase: t.string<Phase>().default("waiting"),
    /** Of the running round, at 30 a second. */
    ticksLeft: t.uint32().default(0),
    /** Until its ships may fly. */
    countdownTicks: t.uint16().default(0),
    ships: t.map(Ship),
    gems: t.map(Gem),
    /** By player's id. Empty between rounds. */
    parked: t.map(Parked),
    /** Gems so far: the next one's key. */
    gemCount: t.uint32().noSync().default(0),
  },
  "ArenaState",
);
export type ArenaState = SchemaType<typeof ArenaState>;
