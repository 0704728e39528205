import type { StoreChange } from "../store/treeStore.ts";
import type { CommittedState } from "./committedState.ts";
import {
  changesKey,
  corrupt,
  decodeChanges,
  encodeNewest,
  isAbsence,
  leafKey,
  NEWEST_KEY,
  nodeKey,
  oldLeafKey,
  oldNodeKey,
  type Version,
  versionKey,
} from "./records.ts";

/**
 * Takes back every block after a version, all of them or none.
 * @throws StateTreeError STORE_FAILED, STORE_CONFLICT, STORE_CORRUPT, CLOSED
 */
export function rollBack(committed: CommittedState, version: Version): void {
  const newest = committed.newest.ordinal;
  const changes: StoreChange[] = [];
  // from the newest on down: an older block's restoration comes later, and wins
  for (let ordinal = newest; ordinal > version.ordinal; ordinal--) {
    for (const change of takeBack(committed, ordinal)) changes.push(change);
  }
  changes.push({ key: NEWEST_KEY, value: encodeNewest(version.ordinal) });
  committed.store.write(changes, { key: NEWEST_KEY, value: encodeNewest(newest) });
  committed.retreat(version);
}

function* takeBack({ store }: CommittedState, ordinal: number): Generator<StoreChange> {
  const record = store.get(changesKey(ordinal));
  if (record === undefined) throw corrupt("no list of a block's changes");
  const { nodes, leaves } = decodeChanges(record);
  // what the block added has nothing to go back to, and goes
  for (const id of nodes) {
    const oldKey = oldNodeKey(id, ordinal);
    yield { key: nodeKey(id), value: store.get(oldKey) };
    yield { key: oldKey, value: undefined };
  }
  for (const key of leaves) {
    const oldKey = oldLeafKey(key, ordinal);
    const old = store.get(oldKey);
    if (old === undefined) throw corrupt("no record of what a block replaced");
    yield { key: leafKey(key), value: isAbsence(old) ? undefined : old };
    yield { key: oldKey, value: undefined };
  }
  yield { key: changesKey(ordinal), value: undefined };
  yield { key: versionKey(ordinal), value: undefined };
}
