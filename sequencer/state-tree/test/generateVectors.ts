// Writes test-vectors.json: `npm run vectors -w @weft/state-tree`, whenever the specification changes.
import { writeFileSync } from "node:fs";
import { createVectors } from "./createVectors.ts";

const file = new URL("../test-vectors.json", import.meta.url);
writeFileSync(file, `${JSON.stringify(createVectors(), null, 2)}\n`);
