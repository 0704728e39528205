import { MAX_CACHED_ARTIFACTS } from "../limits.ts";

/** Keeps artifacts by their hash. It may lose any, and what it gives is not to be trusted. */
export type ArtifactCache = {
  read(sha256: string): Promise<Uint8Array | undefined>;
  write(sha256: string, bytes: Uint8Array): Promise<void>;
};

const CACHE_NAME = "weft-circuits";
/** Cache Storage wants URLs; this one is never asked. */
const urlOf = (sha256: string) => `https://circuits.weft.invalid/${sha256}`;

const ownMemory = createMemoryCache();

/** A browser's Cache Storage. Where there is none (Node; pages on http), or it refuses, this program's memory. */
export async function openArtifactCache(
  storage: CacheStorage | undefined = globalThis.caches,
  memory: ArtifactCache = ownMemory,
): Promise<ArtifactCache> {
  const cache = await storage?.open(CACHE_NAME).catch(() => undefined);
  if (cache === undefined) return memory;
  return {
    async read(sha256) {
      const response = await cache.match(urlOf(sha256)).catch(() => undefined);
      return response && new Uint8Array(await response.arrayBuffer());
    },
    async write(sha256, bytes) {
      try {
        // Sets-up change rarely: the oldest go, in the order in which they came.
        const keys = await cache.keys();
        for (const key of surplusOf(keys)) await cache.delete(key);
        await cache.put(urlOf(sha256), new Response(bytes as Uint8Array<ArrayBuffer>));
      } catch {
        // No room is no reason not to log in.
      }
    },
  };
}

/** Keeps copies: what a login gets moves to the thread that proves. */
export function createMemoryCache(): ArtifactCache {
  const kept = new Map<string, Uint8Array>();
  return {
    read: async (sha256) => kept.get(sha256)?.slice(),
    async write(sha256, bytes) {
      kept.delete(sha256);
      for (const key of surplusOf([...kept.keys()])) kept.delete(key);
      kept.set(sha256, bytes.slice());
    },
  };
}

/** The oldest, so that there is room for one more. */
function surplusOf<Key>(keys: readonly Key[]): readonly Key[] {
  return keys.slice(0, Math.max(0, keys.length + 1 - MAX_CACHED_ARTIFACTS));
}
