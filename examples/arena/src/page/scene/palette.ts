/** A pilot by its seat: a name that people can call out, and a colour that it is seen by from afar. */
export type Pilot = { readonly seat: number; readonly name: string; readonly color: string };

/** Style sheets have the colours too, as `.seat-0` and on: a page with a strict policy has no styles of its own in elements. */
const PILOTS = [
  { name: "Comet", color: "#35e0ff" },
  { name: "Ember", color: "#ff7a6b" },
  { name: "Fern", color: "#9dff6a" },
  { name: "Amber", color: "#ffc24d" },
  { name: "Iris", color: "#b69bff" },
  { name: "Rosa", color: "#ff85d8" },
  { name: "Mint", color: "#4dffc3" },
  { name: "Frost", color: "#e4ecff" },
] as const;

export const GEM_COLOR = "#6fd3ff";
export const GOLD_COLOR = "#ffd35c";

export function pilotOf(seat: number): Pilot {
  const nth = seat % PILOTS.length;
  return { seat: nth, ...(PILOTS[nth] as (typeof PILOTS)[number]) };
}
