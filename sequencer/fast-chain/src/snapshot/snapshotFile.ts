import { createHash, hash as digest } from "node:crypto";
import { dirname } from "node:path";
import { decodeValue, encodeValue, utf8ToBytes, type Value } from "@weft/protocol";
import { FastChainError } from "../errors.ts";
import { CHUNK_BYTES, MAX_SNAPSHOT_BYTES, SLICE_MS } from "./limits.ts";
import { type SnapshotMachine, type SnapshotWriter, thisMachine } from "./snapshotMachine.ts";

// A file is: MAGIC; a record with the header; records; a record of length END; sha256 of all before it.
// A record is: section (1 byte), length (4 bytes, big-endian), bytes.
const MAGIC = utf8ToBytes("weft snapshot 1\n");
const CHECKSUM_BYTES = 32;
const RECORD_HEAD_BYTES = 5;
const HEADER_SECTION = 0;
const END_SECTION = 255;

/** What a file's records are of. The numbers are part of the format. */
export type SnapshotRecord = { readonly section: number; readonly bytes: Uint8Array };

export type SnapshotContent = {
  /** Says what it is a snapshot of. */
  readonly header: Value;
  /** Sections are 1 to 254. */
  readonly records: Iterable<SnapshotRecord>;
};

export type WriteOptions = {
  /** Awaited once all is on disk, before the file gets its name. When it rejects, there is no file. */
  readonly ready?: Promise<unknown>;
  /** Aborting leaves no file. */
  readonly signal?: AbortSignal;
  /** Where it is written. Default: here. */
  readonly machine?: SnapshotMachine;
};

/**
 * Writes a snapshot beside whatever else the process does: never longer than about `SLICE_MS` at a time.
 * The file appears under its name when all of it is on disk, and not before.
 * @returns its size in bytes
 * @throws FastChainError SNAPSHOT_FAILED, with what went wrong as its cause
 */
export async function writeSnapshotFile(
  file: string,
  { header, records }: SnapshotContent,
  { ready, signal, machine = thisMachine }: WriteOptions = {},
): Promise<number> {
  const temporary = `${file}.tmp`;
  let writer: SnapshotWriter | undefined;
  try {
    writer = await machine.create(temporary);
    const sizeBytes = await writeRecords({ machine, writer, signal }, withHeader(header, records));
    await writer.sync();
    await writer.close();
    await ready;
    signal?.throwIfAborted();
    await machine.rename(temporary, file);
    await machine.syncFolder(dirname(file));
    return sizeBytes;
  } catch (cause) {
    await writer?.close().catch(() => {});
    await machine.remove(temporary).catch(() => {});
    throw new FastChainError("SNAPSHOT_FAILED", `can't write ${file}`, { cause });
  }
}

function* withHeader(header: Value, records: Iterable<SnapshotRecord>): Generator<SnapshotRecord> {
  yield { section: HEADER_SECTION, bytes: encodeValue(header) };
  yield* records;
  yield { section: END_SECTION, bytes: new Uint8Array() };
}

type Writing = {
  readonly machine: SnapshotMachine;
  readonly writer: SnapshotWriter;
  readonly signal: AbortSignal | undefined;
};

async function writeRecords(
  { machine, writer, signal }: Writing,
  records: Iterable<SnapshotRecord>,
): Promise<number> {
  const checksum = createHash("sha256");
  let parts: Uint8Array[] = [MAGIC];
  let partBytes = MAGIC.length;
  let sizeBytes = 0;
  const flush = async (): Promise<void> => {
    const chunk = Buffer.concat(parts, partBytes);
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_SNAPSHOT_BYTES) throw new Error(`more than ${MAX_SNAPSHOT_BYTES} bytes`);
    parts = [];
    partBytes = 0;
    checksum.update(chunk);
    await writer.write(chunk);
  };
  let sliceFromMs = machine.monotonicMs();
  for (const { section, bytes } of records) {
    const head = Buffer.alloc(RECORD_HEAD_BYTES);
    head.writeUInt8(section);
    head.writeUInt32BE(bytes.length, 1);
    parts.push(head, bytes);
    partBytes += head.length + bytes.length;
    if (partBytes >= CHUNK_BYTES) await flush();
    if (machine.monotonicMs() - sliceFromMs < SLICE_MS) continue;
    await machine.nextTurn();
    signal?.throwIfAborted();
    sliceFromMs = machine.monotonicMs();
  }
  await flush();
  await writer.write(checksum.digest());
  return sizeBytes + CHECKSUM_BYTES;
}

/** A file that was read: its header, and its records as they come. */
export type SnapshotReader = {
  readonly header: Value;
  records(): Generator<SnapshotRecord>;
};

/**
 * Reads a snapshot whole, and checks that it is as it was written.
 * @throws FastChainError SNAPSHOT_INVALID
 */
export function readSnapshotFile(
  file: string,
  machine: SnapshotMachine = thisMachine,
): SnapshotReader {
  try {
    const content = readChecked(machine.readSync(file, MAX_SNAPSHOT_BYTES));
    const first = recordAt(content, MAGIC.length);
    if (first.section !== HEADER_SECTION) throw new Error("no header");
    return {
      header: decodeValue(first.bytes, MAX_SNAPSHOT_BYTES),
      *records() {
        for (let offset = first.next; ; ) {
          const { next, ...record } = recordAt(content, offset);
          if (record.section === END_SECTION) return;
          yield record;
          offset = next;
        }
      },
    };
  } catch (cause) {
    throw new FastChainError("SNAPSHOT_INVALID", `${file} isn't a whole snapshot`, { cause });
  }
}

function readChecked(bytes: Uint8Array): Buffer {
  const whole = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const content = whole.subarray(0, -CHECKSUM_BYTES);
  const checksum = whole.subarray(-CHECKSUM_BYTES);
  if (!content.subarray(0, MAGIC.length).equals(MAGIC)) throw new Error("not a snapshot");
  if (!digest("sha256", content, "buffer").equals(checksum)) throw new Error("wrong checksum");
  return content;
}

function recordAt(content: Buffer, offset: number): SnapshotRecord & { next: number } {
  const section = content.readUInt8(offset);
  const start = offset + RECORD_HEAD_BYTES;
  const next = start + content.readUInt32BE(offset + 1);
  if (next > content.length) throw new Error("a record is cut off");
  return { section, bytes: content.subarray(start, next), next };
}
