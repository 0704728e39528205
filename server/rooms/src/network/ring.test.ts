import fc from "fast-check";
import { expect, test } from "vitest";
import { createRingMemory, RingReader, RingWriter } from "./ring.ts";

const CAPACITY = 1024;

type Read = { kind: number; connection: number; payload: number[] };

/** @param position Where both ends begin, as after so many bytes. */
function createRing(position = 0) {
  const memory = createRingMemory(CAPACITY);
  new Int32Array(memory, 0, 2).fill(position);
  const reader = new RingReader(memory);
  const read = (): Read | undefined => {
    let record: Read | undefined;
    const found = reader.read((kind, connection, bytes, start, end) => {
      record = { kind, connection, payload: [...bytes.subarray(start, end)] };
    });
    expect(found).toBe(record !== undefined);
    return record;
  };
  return { writer: new RingWriter(memory), read };
}

const aRecord = fc.record({
  kind: fc.integer({ min: 1, max: 255 }),
  connection: fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  payload: fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: CAPACITY / 4 - 8 }),
});
/** To write a record, or to read one. */
const steps = fc.array(fc.option(aRecord, { nil: undefined, freq: 2 }), { maxLength: 200 });
/** Also where positions turn from positive to negative, and from negative to positive. */
const positions = fc.constantFrom(0, 4, 1020, 0x7fffff00 | 0, -256, -4);

test("what is written is read, in order and whole, wherever the ring stands", () => {
  fc.assert(
    fc.property(positions, steps, (position, todo) => {
      const { writer, read } = createRing(position);
      const written: Read[] = [];
      for (const record of todo) {
        if (record === undefined) expect(read()).toEqual(written.shift());
        else if (writer.write(record.kind, record.connection, Uint8Array.from(record.payload))) {
          written.push(record);
        }
      }
      for (const record of written) expect(read()).toEqual(record);
      expect(read()).toBeUndefined();
      expect(writer.hasRead(writer.position)).toBe(true);
    }),
  );
});

test("it takes the longest record when it is empty, and refuses what doesn't fit", () => {
  for (let used = 0; used < CAPACITY; used += 4) {
    const { writer, read } = createRing(used);
    const longest = new Uint8Array(writer.maxLength).fill(7);
    expect(writer.write(1, 1, longest)).toBe(true);
    let more = 0;
    while (writer.write(2, 2, longest)) more++;
    expect(more).toBeGreaterThan(0);
    expect(writer.hasRead(writer.position)).toBe(false);
    for (let i = 0; i <= more; i++) expect(read()?.payload).toEqual([...longest]);
    expect(read()).toBeUndefined();
  }
});

test("a record that was reserved isn't there before it is published", () => {
  const { writer, read } = createRing();
  const at = writer.reserve(3, 4, 2);
  writer.memory.set([5, 6], at);
  expect(read()).toBeUndefined();
  writer.publish();
  expect(read()).toEqual({ kind: 3, connection: 4, payload: [5, 6] });
});

test("a reader that fails has read all the same", () => {
  const memory = createRingMemory(CAPACITY);
  const writer = new RingWriter(memory);
  const reader = new RingReader(memory);
  writer.write(1, 1, Uint8Array.of(1));
  writer.write(2, 2, Uint8Array.of(2));
  const fail = () => {
    throw new Error("on purpose");
  };
  expect(() => reader.read(fail)).toThrow("on purpose");
  expect(reader.read((kind) => expect(kind).toBe(2))).toBe(true);
  expect(reader.read(fail)).toBe(false);
});

test("a capacity that isn't a power of two is refused", () => {
  expect(() => createRingMemory(1000)).toThrow(RangeError);
});
