import { bytesEqual } from "@weft/protocol";
import { StateTreeError } from "../errors.ts";
import type { StoreGuard } from "./treeStore.ts";

/** @throws StateTreeError STORE_CONFLICT when what is stored isn't what the guard says */
export function checkGuard({ value }: StoreGuard, stored: Uint8Array | undefined): void {
  const holds =
    value === undefined || stored === undefined ? value === stored : bytesEqual(value, stored);
  if (!holds) throw new StateTreeError("STORE_CONFLICT", "somebody else wrote to this store");
}
