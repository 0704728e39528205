import { readFileSync } from "node:fs";

/** A sum of wires: factors by wire. Wire 0 is the constant one. */
export type Sum = readonly (readonly [wire: number, factor: bigint])[];
/** a · b = c */
export type Constraint = { readonly a: Sum; readonly b: Sum; readonly c: Sum };

export type R1cs = {
  readonly constraints: readonly Constraint[];
  /** Wires, the constant one included. */
  readonly wireCount: number;
  /** Public and private inputs. */
  readonly inputWires: readonly number[];
};

const HEADER_SECTION = 1;
const CONSTRAINTS_SECTION = 2;
const FIRST_SECTION_AT = 12;
const SECTION_HEADER_BYTES = 12;
const FACTOR_BYTES = 32;

/** circom's binary format, as iden3/r1csfile describes it; snarkjs's reader takes ten times as long. */
export function readR1cs(path: string): R1cs {
  const file = readFileSync(path);
  const sections = findSections(file);
  const header = sections.get(HEADER_SECTION);
  const body = sections.get(CONSTRAINTS_SECTION);
  if (header === undefined || body === undefined) throw new Error(`not an r1cs file: ${path}`);
  const afterPrime = 4 + FACTOR_BYTES;
  const [wireCount, outputs, publicInputs, privateInputs] = [0, 4, 8, 12].map((at) =>
    header.readUInt32LE(afterPrime + at),
  ) as [number, number, number, number];
  const constraintCount = header.readUInt32LE(afterPrime + 24);
  return {
    constraints: readConstraints(body, constraintCount),
    wireCount,
    inputWires: Array.from({ length: publicInputs + privateInputs }, (_, i) => 1 + outputs + i),
  };
}

function findSections(file: Buffer): Map<number, Buffer> {
  const sections = new Map<number, Buffer>();
  for (let at = FIRST_SECTION_AT; at < file.length; ) {
    const size = Number(file.readBigUInt64LE(at + 4));
    const start = at + SECTION_HEADER_BYTES;
    sections.set(file.readUInt32LE(at), file.subarray(start, start + size));
    at = start + size;
  }
  return sections;
}

function readConstraints(body: Buffer, count: number): Constraint[] {
  let at = 0;
  const readSum = (): Sum => {
    const terms = body.readUInt32LE(at);
    at += 4;
    return Array.from({ length: terms }, () => {
      const wire = body.readUInt32LE(at);
      const factor = readFactor(body, at + 4);
      at += 4 + FACTOR_BYTES;
      return [wire, factor] as const;
    });
  };
  return Array.from({ length: count }, () => ({ a: readSum(), b: readSum(), c: readSum() }));
}

function readFactor(body: Buffer, at: number): bigint {
  const words = [24, 16, 8, 0].map((offset) => body.readBigUInt64LE(at + offset));
  return words.reduce((value, word) => (value << 64n) | word, 0n);
}
