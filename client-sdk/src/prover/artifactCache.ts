import { MAX_CACHED_ARTIFACTS } from "../limits.ts";

/** Keeps artifacts by their hash. It may lose any, and what it gives is not to be trusted. */
export type ArtifactCache = {
  read(sha256: string): Promise<Uint8Array | undefined>;
  write(sha256: string, bytes: Uint8Array): Promise<void>;
};

const CACHE_NAME = "weft-circuits";
/** Cache Storage wants URLs; this one is never asked. */
const urlOf = (sha256: string) => `https://circuits.weft.invalid/${sha256}`;

/** A browser's Cache Storage. Where there is none (Node; pages on http), or it is full, nothing is kept. */
export async function openArtifactCache(
  storage: CacheStorage | undefined = globalThis.caches,
): Promise<ArtifactCache> {
  const cache = await storage?.open(CACHE_NAME).catch(() => undefined);
  return {
    async read(sha256) {
      const response = await cache?.match(urlOf(sha256)).catch(() => undefined);
      return response && new Uint8Array(await response.arrayBuffer());
    },
    async write(sha256, bytes) {
      if (cache === undefined) return;
      try {
        // Sets-up change rarely: the oldest go, in the order in which they came.
        const keys = await cache.keys();
        const surplus = keys.length + 1 - MAX_CACHED_ARTIFACTS;
        for (const key of keys.slice(0, Math.max(0, surplus))) await cache.delete(key);
        await cache.put(urlOf(sha256), new Response(bytes as Uint8Array<ArrayBuffer>));
      } catch {
        // No room is no reason not to log in.
      }
    },
  };
}
