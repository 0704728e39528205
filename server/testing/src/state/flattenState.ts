import { type GameInstance, stateToValue } from "@weft/game";
import { bytesToHex, decodeValue, type Value } from "@weft/protocol";

/** All that a game's future depends on, one entry for each place that holds something: `state.ships["0x…"].x` → `12`. */
export type FlatState = Map<string, string>;

const NAME = /^[A-Za-z_$][A-Za-z0-9_$]*$/;

/**
 * A running game's inside, place by place.
 * @throws GameError STATE_UNENCODABLE
 */
export function flattenGame(
  game: Pick<GameInstance, "state" | "players" | "round" | "nowMs" | "snapshot">,
): FlatState {
  const flat: FlatState = new Map();
  flattenState(stateToValue(game.state), "state", flat);
  const { round } = game;
  const players = game.players.map(({ lane, id, payout }) => ({ lane, id, payout }));
  flattenValue(players, "players", flat);
  const { id, cap, ticksLeft } = round ?? {};
  flattenValue(round === undefined ? null : { id, cap, ticksLeft }, "round", flat);
  for (const [name, value] of hidden(game)) flattenValue(value, name, flat);
  return flat;
}

/** What only a snapshot tells: where the randomness stands, above all. */
function hidden(game: Pick<GameInstance, "snapshot" | "nowMs">): [string, Value][] {
  try {
    const { tick, random } = decodeValue(game.snapshot()) as { tick: number; random: number[] };
    return [
      ["nowMs", game.nowMs],
      ["tick", tick],
      ["random", random.join(" ")],
    ];
  } catch {
    // A state with objects of the game's own classes can be hashed, and can't be saved.
    return [["nowMs", game.nowMs]];
  }
}

/** Any canonical value, place by place. */
export function flattenValue(value: Value | undefined, path: string, flat: FlatState): void {
  if (typeof value !== "object" || value === null || value instanceof Uint8Array) {
    flat.set(path, leafText(value));
  } else if (Array.isArray(value)) {
    if (value.length === 0) flat.set(path, "[]");
    value.forEach((item: Value, index) => {
      flattenValue(item, `${path}[${index}]`, flat);
    });
  } else {
    const entries = Object.entries(value).filter(([, item]) => item !== undefined);
    if (entries.length === 0) flat.set(path, "{}");
    for (const [key, item] of entries) flattenValue(item, `${path}${member(key)}`, flat);
  }
}

/** What `stateToValue` makes: lists whose first item says what they are. */
function flattenState(value: Value, path: string, flat: FlatState): void {
  if (!Array.isArray(value)) {
    flattenValue(value, path, flat);
    return;
  }
  const [kind, ...items] = value as [string, ...Value[]];
  switch (kind) {
    case "schema":
      for (const [name, field] of Object.entries(items[0] as Record<string, Value>)) {
        flattenState(field, `${path}${member(name)}`, flat);
      }
      break;
    case "map":
    case "object":
      if (items.length === 0) flat.set(path, "{}");
      for (const [key, item] of items as unknown as [Value, Value][]) {
        flattenState(
          item,
          `${path}${typeof key === "string" ? member(key) : `[${keyText(key)}]`}`,
          flat,
        );
      }
      break;
    case "list":
    case "set":
      if (items.length === 0) flat.set(path, "[]");
      items.forEach((item, index) => {
        flattenState(item, `${path}[${index}]`, flat);
      });
      break;
    default:
      flat.set(path, [kind, ...items.map((item) => leafText(item))].join(" "));
  }
}

/** A key of a map that isn't text. */
function keyText(key: Value): string {
  const flat: FlatState = new Map();
  flattenState(key, "", flat);
  return [...flat.values()].join(" ");
}

const member = (name: string) => (NAME.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`);

function leafText(value: Value | undefined): string {
  if (typeof value === "string") return JSON.stringify(value);
  if (typeof value === "bigint") return `${value}n`;
  if (value instanceof Uint8Array) return bytesToHex(value);
  return Object.is(value, -0) ? "-0" : String(value);
}
