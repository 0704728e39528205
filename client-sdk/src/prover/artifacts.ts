import { ownershipArtifacts } from "@weft/circuits";
import { bytesToHex, type OwnershipInfo } from "@weft/protocol";
import { platform } from "#platform";
import { ClientError } from "../errors.ts";
import { MAX_ARTIFACT_BYTES } from "../limits.ts";
import { type ArtifactCache, openArtifactCache } from "./artifactCache.ts";

export type ArtifactName = "wasm" | "zkey";

/** A file of the circuit's set-up. Nothing else than what has this hash is ever run. */
export type ProverArtifact = {
  /** Of its bytes: 64 hexadecimal digits. */
  readonly sha256: string;
  /** Where it is, if the game server hasn't it. */
  readonly url?: string | URL;
};

export type ProverArtifacts = Readonly<Record<ArtifactName, ProverArtifact>>;

export type ArtifactSource = {
  /** The game server. */
  readonly url: URL;
  readonly fetch: typeof globalThis.fetch;
  /** What the server says that it takes proofs of. */
  readonly offered: OwnershipInfo["artifacts"];
  readonly signal: AbortSignal;
  /** @param share of both files, from 0 to 1 */
  onProgress(share: number): void;
};

/**
 * The two files that a proof is made with: from the cache, the SDK's own folder (Node), or the network.
 * @param pinned Default: those of the set-up that this SDK was built with.
 * @throws ClientError ARTIFACT_MISMATCH, ARTIFACT_UNAVAILABLE, ABORTED
 */
export async function loadArtifacts(
  pinned: ProverArtifacts = ownershipArtifacts,
  source: ArtifactSource,
  opened: ArtifactCache | Promise<ArtifactCache> = openArtifactCache(),
): Promise<Record<ArtifactName, Uint8Array>> {
  const shares = { wasm: 0, zkey: 0 };
  const cache = await opened;
  const load = (name: ArtifactName) => {
    const onProgress = (share: number) => {
      shares[name] = share;
      source.onProgress((shares.wasm + shares.zkey) / 2);
    };
    return loadArtifact(name, pinned[name], { ...source, onProgress }, cache);
  };
  checkOffer(pinned, source.offered);
  const [wasm, zkey] = await Promise.all([load("wasm"), load("zkey")]);
  return { wasm, zkey };
}

/** A server with another set-up can't take our proofs: better said before five megabytes are loaded. */
function checkOffer(pinned: ProverArtifacts, offered: ArtifactSource["offered"]): void {
  for (const name of ["wasm", "zkey"] as const) {
    const [expected, found] = [pinned[name].sha256, offered?.[name].sha256];
    if (found === undefined || found === expected) continue;
    throw new ClientError("ARTIFACT_MISMATCH", `the server has another ${name} than is trusted`, {
      details: { artifact: name, expected, found },
    });
  }
}

async function loadArtifact(
  name: ArtifactName,
  pinned: ProverArtifact,
  source: ArtifactSource,
  cache: ArtifactCache,
): Promise<Uint8Array> {
  // What was kept is looked at as well: others may write there.
  const kept = await cache.read(pinned.sha256);
  const isOurs = pinned.sha256 === ownershipArtifacts[name].sha256;
  const own = kept ?? (isOurs ? await platform.readOwnArtifact(name) : undefined);
  if (own !== undefined && (await sha256(own)) === pinned.sha256) {
    source.onProgress(1);
    return own;
  }
  const bytes = await download(name, pinned, source);
  const found = await sha256(bytes);
  if (found !== pinned.sha256) {
    throw new ClientError("ARTIFACT_MISMATCH", `not the ${name} that is trusted`, {
      details: { artifact: name, expected: pinned.sha256, found },
    });
  }
  await cache.write(pinned.sha256, bytes);
  return bytes;
}

async function download(
  name: ArtifactName,
  pinned: ProverArtifact,
  { url, fetch, offered, signal, onProgress }: ArtifactSource,
): Promise<Uint8Array> {
  const path = offered?.[name].path ?? `weft/circuits/${pinned.sha256}.${name}`;
  const from = pinned.url === undefined ? underServer(url, path) : new URL(pinned.url);
  const details = { artifact: name, url: from.href };
  try {
    const response = await fetch(from, { signal });
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
    const expectedBytes = offered?.[name].sizeBytes ?? ownershipArtifacts[name].sizeBytes;
    const bytes = await readBounded(response, (sizeBytes) =>
      onProgress(Math.min(1, sizeBytes / expectedBytes)),
    );
    onProgress(1);
    return bytes;
  } catch (cause) {
    if (signal.aborted) throw new ClientError("ABORTED", "the login was called off", { cause });
    throw new ClientError("ARTIFACT_UNAVAILABLE", `no ${name} from ${from.href}`, {
      details,
      cause,
    });
  }
}

/** A path in the server's own URL is kept in front. */
function underServer(url: URL, path: string): URL {
  const base = new URL(url);
  base.pathname = `${base.pathname.replace(/\/$/, "")}/${path.replace(/^\//, "")}`;
  return base;
}

async function readBounded(response: Response, onProgress: (sizeBytes: number) => void) {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  const reader = response.body?.getReader();
  for (;;) {
    const { done, value } = (await reader?.read()) ?? { done: true };
    if (done || value === undefined) break;
    chunks.push(value);
    sizeBytes += value.length;
    if (sizeBytes > MAX_ARTIFACT_BYTES) {
      await reader?.cancel();
      throw new Error(`more than ${MAX_ARTIFACT_BYTES} bytes`);
    }
    onProgress(sizeBytes);
  }
  const bytes = new Uint8Array(sizeBytes);
  let at = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

async function sha256(bytes: Uint8Array): Promise<string> {
  const hash = await globalThis.crypto.subtle.digest("SHA-256", bytes as Uint8Array<ArrayBuffer>);
  return bytesToHex(new Uint8Array(hash)).slice(2);
}
