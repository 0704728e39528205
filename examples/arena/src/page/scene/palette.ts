/** A pilot by its seat: a name that people can call out, and a colour that it is seen by from afar. */
export type Pilot = { readonly name: string; readonly color: string };

const PILOTS: readonly Pilot[] = [
  { name: "Comet", color: "#35e0ff" },
  { name: "Ember", color: "#ff7a6b" },
  { name: "Fern", color: "#9dff6a" },
  { name: "Amber", color: "#ffc24d" },
  { name: "Iris", color: "#b69bff" },
  { name: "Rosa", color: "#ff85d8" },
  { name: "Mint", color: "#4dffc3" },
  { name: "Frost", color: "#e4ecff" },
];

export const GEM_COLOR = "#6fd3ff";
export const GOLD_COLOR = "#ffd35c";

export function pilotOf(seat: number): Pilot {
  return PILOTS[seat % PILOTS.length] as Pilot;
}
