// A program: prints how many bytes of what it has made became old, of objects that are replaced all the time as lanes' heads are.
import { getHeapSpaceStatistics } from "node:v8";
import { keepGarbageYoung } from "./keepGarbageYoung.ts";

type Head = { readonly seq: number; readonly hash: string };

const LANES = 5_000;
const FIRST = 200_000;
const ROUNDS = 400;

const oldBytes = (): number =>
  getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space")?.space_used_size ??
  Number.NaN;

const next = ({ seq }: Head): Head => ({ seq: seq + 1, hash: `0x${seq}` });

keepGarbageYoung();
// All are alive at first.
const heads = Array.from({ length: FIRST }, (_, seq) => next({ seq, hash: "" }));
const before = oldBytes();
for (let round = 0; round < ROUNDS; round++) {
  for (let lane = 0; lane < LANES; lane++) heads[lane] = next(heads[lane] as Head);
}
console.log(oldBytes() - before);
