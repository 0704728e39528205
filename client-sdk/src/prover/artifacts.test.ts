import { createHash } from "node:crypto";
import { ownershipArtifacts } from "@weft/circuits";
import { describe, expect, test } from "vitest";
import { MAX_ARTIFACT_BYTES, MAX_CACHED_ARTIFACTS } from "../limits.ts";
import { createMemoryCache, openArtifactCache } from "./artifactCache.ts";
import { type ArtifactSource, loadArtifacts, type ProverArtifacts } from "./artifacts.ts";

const url = new URL("https://play.example.com/eu/");
const hashOf = (bytes: Uint8Array) => createHash("sha256").update(bytes).digest("hex");
const wasm = new Uint8Array([1, 2, 3]);
const zkey = new Uint8Array([4, 5]);
const pinned: ProverArtifacts = {
  wasm: { sha256: hashOf(wasm) },
  zkey: { sha256: hashOf(zkey), url: "https://cdn.example.com/key" },
};

/** A network that has what the test says, by URL. */
function network(files: Record<string, Uint8Array>) {
  const asked: string[] = [];
  const fetch = async (input: string | URL | Request) => {
    asked.push(String(input));
    const file = files[String(input)];
    return file === undefined
      ? new Response(null, { status: 404 })
      : new Response(file as Uint8Array<ArrayBuffer>);
  };
  return { fetch: fetch as ArtifactSource["fetch"], asked };
}

const wasmUrl = `https://play.example.com/eu/weft/circuits/${hashOf(wasm)}.wasm`;
/** With nothing kept from before. */
const load = (pinned: ProverArtifacts | undefined, change: Partial<ArtifactSource>) =>
  loadArtifacts(pinned, source(change), createMemoryCache());

const source = (change: Partial<ArtifactSource>): ArtifactSource => ({
  url,
  fetch: network({}).fetch,
  offered: undefined,
  signal: new AbortController().signal,
  onProgress: () => {},
  ...change,
});

test("what the SDK has itself is asked of nobody", async () => {
  const { fetch, asked } = network({});
  const files = await load(undefined, { fetch });
  expect(hashOf(files.wasm)).toBe(ownershipArtifacts.wasm.sha256);
  expect(hashOf(files.zkey)).toBe(ownershipArtifacts.zkey.sha256);
  expect(asked).toEqual([]);
});

test("another set-up comes from the server, or from where the application says", async () => {
  const shares: number[] = [];
  const { fetch, asked } = network({ [wasmUrl]: wasm, "https://cdn.example.com/key": zkey });
  const onProgress = (share: number) => shares.push(share);
  expect(await load(pinned, { fetch, onProgress })).toEqual({ wasm, zkey });
  expect(asked.toSorted()).toEqual(["https://cdn.example.com/key", wasmUrl]);
  expect(shares.at(-1)).toBe(1);
});

describe("ARTIFACT_MISMATCH", () => {
  test("before anything is loaded, when the server says that it has another set-up", async () => {
    const { fetch, asked } = network({});
    const path = "/weft/circuits/x";
    const offer = (sha256: string) => ({ sha256, sizeBytes: 1, path });
    const offered = { wasm: offer(hashOf(wasm)), zkey: offer("00".repeat(32)) };
    await expect(load(pinned, { fetch, offered })).rejects.toMatchObject({
      code: "ARTIFACT_MISMATCH",
      details: { artifact: "zkey", expected: hashOf(zkey), found: "00".repeat(32) },
    });
    expect(asked).toEqual([]);
  });

  test("when what was loaded is something else", async () => {
    const { fetch } = network({ [wasmUrl]: zkey, "https://cdn.example.com/key": zkey });
    await expect(load(pinned, { fetch })).rejects.toMatchObject({
      code: "ARTIFACT_MISMATCH",
      details: { artifact: "wasm", expected: hashOf(wasm), found: hashOf(zkey) },
    });
  });
});

test("ARTIFACT_UNAVAILABLE when it isn't there, or has no end", async () => {
  await expect(load(pinned, {})).rejects.toMatchObject({
    code: "ARTIFACT_UNAVAILABLE",
  });
  const chunk = new Uint8Array(1024 * 1024);
  let sentBytes = 0;
  const pull = (controller: ReadableStreamDefaultController) => {
    sentBytes += chunk.length;
    controller.enqueue(chunk);
  };
  const fetch = async () => new Response(new ReadableStream({ pull }));
  await expect(load(pinned, { fetch })).rejects.toMatchObject({
    code: "ARTIFACT_UNAVAILABLE",
  });
  // both files, and what a stream reads ahead
  expect(sentBytes).toBeLessThan(2 * MAX_ARTIFACT_BYTES + 16 * chunk.length);
});

test("ABORTED while it is loaded", async () => {
  const stop = new AbortController();
  const fetch: ArtifactSource["fetch"] = (_, init) =>
    new Promise((_, reject) => {
      init?.signal?.addEventListener("abort", () => reject(new Error("aborted")));
      stop.abort();
    });
  await expect(load(pinned, { fetch, signal: stop.signal })).rejects.toMatchObject({
    code: "ABORTED",
  });
});

describe("what was loaded is kept", () => {
  const refusing = { open: () => Promise.reject(new Error("not in this mode")) };
  test.each([
    ["there is no Cache Storage", undefined],
    ["it refuses", refusing as unknown as CacheStorage],
  ])("in memory, as a copy, where %s", async (_where, storage) => {
    const cache = await openArtifactCache(storage, createMemoryCache());
    expect(await cache.read("00")).toBeUndefined();
    const bytes = wasm.slice();
    await cache.write("00", bytes);
    bytes.fill(0);
    const read = await cache.read("00");
    expect(read).toEqual(wasm);
    read?.fill(0);
    expect(await cache.read("00")).toEqual(wasm);
  });

  test("up to a bound; the oldest go", async () => {
    const cache = createMemoryCache();
    const names = Array.from({ length: MAX_CACHED_ARTIFACTS + 2 }, (_, i) => String(i));
    for (const name of names) await cache.write(name, wasm);
    await cache.write("2", zkey);
    const kept = await Promise.all(names.map((name) => cache.read(name)));
    expect(kept.map((bytes) => bytes?.length)).toEqual([undefined, undefined, 2, 3, 3, 3]);
  });

  test("so that the next login asks nobody", async () => {
    const { fetch, asked } = network({ [wasmUrl]: wasm, "https://cdn.example.com/key": zkey });
    const cache = createMemoryCache();
    for (let login = 0; login < 2; login++) {
      const files = await loadArtifacts(pinned, source({ fetch }), cache);
      expect(files).toEqual({ wasm, zkey });
      // as proving does
      structuredClone(files, { transfer: [files.wasm.buffer, files.zkey.buffer] });
      expect(asked).toHaveLength(2);
    }
  });

  test("for all logins of the program, where nothing else is said", async () => {
    const { fetch, asked } = network({ [wasmUrl]: wasm, "https://cdn.example.com/key": zkey });
    for (let login = 0; login < 2; login++) await loadArtifacts(pinned, source({ fetch }));
    expect(asked).toHaveLength(2);
  });
});
