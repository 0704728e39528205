import { slowDisk } from "./slowDisk.ts";

type Commits = { commitBlocks(files: unknown, entries: unknown): Promise<void> };

/** The ledger's own, which `installSlowDisk` has put this in the place of. */
const real: Commits = await import(new URL(import.meta.url).searchParams.get("commits") ?? "");

export async function commitBlocks(files: unknown, entries: unknown): Promise<void> {
  await slowDisk.turn();
  await real.commitBlocks(files, entries);
}
