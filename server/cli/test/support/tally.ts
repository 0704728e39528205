// As a file, for `--games`.
export { tally } from "@weft/game/testing";
