import type { KeptSession } from "@weft/client-sdk";

const DATABASE = "weft.arena";
const STORE = "sessions";
/** Sessions of this browser's tabs that are kept; of more, the first ones go. */
const MAX_SESSIONS = 8;

/** Sessions with their keys, which only IndexedDB takes. Where there is none, as in some private windows, nothing is kept. */
export async function keepSession(session: KeptSession): Promise<void> {
  await inStore("readwrite", async (store) => {
    const ids = await answer(store.getAllKeys());
    for (const id of ids.slice(0, Math.max(0, ids.length - MAX_SESSIONS + 1))) store.delete(id);
    await answer(store.put({ ...session, keptAtMs: Date.now() }, session.id));
  });
}

export async function findSession(id: string): Promise<KeptSession | undefined> {
  return inStore("readonly", (store) => answer<KeptSession | undefined>(store.get(id)));
}

export async function forgetSession(id: string): Promise<void> {
  await inStore("readwrite", (store) => answer(store.delete(id)));
}

async function inStore<T>(
  mode: IDBTransactionMode,
  work: (store: IDBObjectStore) => Promise<T>,
): Promise<T> {
  const opening = indexedDB.open(DATABASE, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE);
  const database = await answer(opening);
  try {
    return await work(database.transaction(STORE, mode).objectStore(STORE));
  } finally {
    database.close();
  }
}

function answer<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error ?? new Error("IndexedDB failed"));
  });
}
