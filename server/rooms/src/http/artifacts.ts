import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";
import { gzip } from "node:zlib";
import { ownershipArtifacts } from "@weft/circuits";
import { ownershipFiles } from "@weft/circuits/node";
import type { Logger } from "@weft/node";
import { type ArtifactInfo, bytesToHex, type OwnershipInfo } from "@weft/protocol";
import type { Application, Request, Response } from "express";
import { RoomsError } from "../errors.ts";
import { TokenBucket } from "../limit/tokenBucket.ts";
import { ARTIFACTS_BURST, ARTIFACTS_PER_SECOND, MAX_ARTIFACT_BYTES } from "../limits.ts";
import type { GameServerOptions } from "../types.ts";
import { errorAnswer } from "./answer.ts";

const compress = promisify(gzip);

const PATH = "/weft/circuits";
const TYPES = { wasm: "application/wasm", zkey: "application/octet-stream" } as const;
type Kind = keyof typeof TYPES;

/** A year: what a hash names never changes. */
const CACHE_CONTROL = "public, max-age=31536000, immutable";

type Artifact = ArtifactInfo & { readonly kind: Kind; readonly file: string };
type Content = { readonly plain: Buffer; readonly zipped: Buffer };

/** The files with which players prove that they own a pass, by their hashes. */
export class Artifacts {
  readonly info: NonNullable<OwnershipInfo["artifacts"]>;
  readonly #byName: ReadonlyMap<string, Artifact>;
  /** Read and compressed when first asked for. */
  readonly #contents = new Map<string, Promise<Content>>();
  readonly #logger: Logger;
  readonly #nowMs: () => number;
  readonly #all: TokenBucket;

  constructor(files: Readonly<Record<Kind, Artifact>>, logger: Logger, nowMs: () => number) {
    const { wasm, zkey } = files;
    this.info = { wasm: infoOf(wasm), zkey: infoOf(zkey) };
    this.#byName = new Map([wasm, zkey].map((one) => [`${one.sha256}.${one.kind}`, one]));
    this.#logger = logger;
    this.#nowMs = nowMs;
    this.#all = new TokenBucket(ARTIFACTS_PER_SECOND, ARTIFACTS_BURST, nowMs());
  }

  /** Beside the endpoints of Colyseus's router, which can't answer with more than one piece of bytes. */
  mount(app: Application): void {
    app.get(`${PATH}/:name`, async (request, response) => {
      try {
        await this.#answer(request, response);
      } catch (error) {
        const { status, body } = errorAnswer(error, this.#logger);
        response.status(status).set("cache-control", "no-store").json(body);
      }
    });
  }

  /** @throws RoomsError ARTIFACT_UNKNOWN, RATE_LIMITED */
  async #answer(request: Request, response: Response): Promise<void> {
    const name = String(request.params.name);
    const artifact = this.#byName.get(name);
    if (artifact === undefined) {
      throw new RoomsError("ARTIFACT_UNKNOWN", "no file of that hash here: GET /weft tells which");
    }
    const etag = `"${artifact.sha256}"`;
    response.set({ "cache-control": CACHE_CONTROL, etag, vary: "accept-encoding" });
    if (request.get("if-none-match") === etag) {
      response.status(304).end();
      return;
    }
    if (!this.#all.take(this.#nowMs())) {
      throw new RoomsError("RATE_LIMITED", "too many downloads at this time, try again");
    }
    const { plain, zipped } = await this.#content(name, artifact);
    const isZipped = /\bgzip\b/.test(request.get("accept-encoding") ?? "");
    if (isZipped) response.set("content-encoding", "gzip");
    const bytes = isZipped ? zipped : plain;
    response.set({ "content-type": TYPES[artifact.kind], "content-length": String(bytes.length) });
    response.status(200).end(request.method === "HEAD" ? undefined : bytes);
  }

  #content(name: string, artifact: Artifact): Promise<Content> {
    const known = this.#contents.get(name);
    if (known !== undefined) return known;
    const read = readContent(artifact);
    this.#contents.set(name, read);
    // What can't be read now may be there later.
    read.catch(() => this.#contents.delete(name));
    return read;
  }
}

/**
 * The files that go with a node's verification key: the ones that the server was given, or, where it is the key of
 * the development set-up, that one's. None for another key.
 * @throws RoomsError OPTIONS_INVALID when a given file can't be read
 */
export async function findArtifacts(
  { ownershipFiles: given }: Pick<GameServerOptions, "ownershipFiles">,
  key: Uint8Array,
): Promise<Readonly<Record<Kind, Artifact>> | undefined> {
  if (given !== undefined) {
    const [wasm, zkey] = await Promise.all([
      readGiven("wasm", given.wasm),
      readGiven("zkey", given.zkey),
    ]);
    return { wasm, zkey };
  }
  const { wasm, zkey, verificationKey } = ownershipArtifacts;
  if (bytesToHex(key) !== verificationKey) return undefined;
  return {
    wasm: artifactOf("wasm", ownershipFiles.wasm, wasm),
    zkey: artifactOf("zkey", ownershipFiles.zkey, zkey),
  };
}

async function readGiven(kind: Kind, file: string): Promise<Artifact> {
  try {
    const bytes = await readFile(file);
    if (bytes.length > MAX_ARTIFACT_BYTES) throw new RangeError(`over ${MAX_ARTIFACT_BYTES} bytes`);
    return artifactOf(kind, file, { sha256: sha256Of(bytes), sizeBytes: bytes.length });
  } catch (cause) {
    throw new RoomsError("OPTIONS_INVALID", `ownershipFiles.${kind}: can't use ${file}`, { cause });
  }
}

function artifactOf(
  kind: Kind,
  file: string,
  { sha256, sizeBytes }: Pick<ArtifactInfo, "sha256" | "sizeBytes">,
): Artifact {
  return { kind, file, sha256, sizeBytes, path: `${PATH}/${sha256}.${kind}` };
}

const infoOf = ({ sha256, sizeBytes, path }: Artifact): ArtifactInfo => ({
  sha256,
  sizeBytes,
  path,
});

async function readContent({ file, sha256 }: Artifact): Promise<Content> {
  const plain = await readFile(file);
  if (sha256Of(plain) !== sha256) throw new Error(`${file} isn't what it was: expected ${sha256}`);
  return { plain, zipped: await compress(plain) };
}

function sha256Of(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}
