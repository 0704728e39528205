import { FIELD_MODULUS } from "@weft/protocol";
import type { Constraint, R1cs, Sum } from "../setup/readR1cs.ts";

/**
 * The wires that the constraints leave a choice, the inputs given: a prover could put more than one number there.
 * A wire is determined when it is, with its factor a constant,
 *
 * - the only unknown of what a product of knowns must equal, or
 * - one of n unknowns of n such sums, which have one solution only (a matrix of full rank), or
 * - one of several wires that are 0 or 1, whose sum with different powers of two as factors is known.
 *
 * That is less than all there is to know (Picus solves harder cases), and it is all that these circuits need: what
 * isn't seen to be determined is listed, so nothing that is free can be missed.
 */
export function findUndetermined(circuit: R1cs): number[] {
  const known = new Set([0, ...circuit.inputWires]);
  const binary = new Set(circuit.constraints.flatMap(binaryWire));
  const byWire = indexByWire(circuit.constraints);
  const groups = new Map<string, Set<Constraint>>();
  const waiting = [...circuit.constraints];
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
    if (isUnknown(at.a, known) || isUnknown(at.b, known)) continue;
    for (const wire of solve(at, known, binary, groups)) {
      known.add(wire);
      waiting.push(...(byWire.get(wire) ?? []));
    }
  }
  return Array.from({ length: circuit.wireCount }, (_, wire) => wire).filter((w) => !known.has(w));
}

function isUnknown(sum: Sum, known: ReadonlySet<number>): boolean {
  return sum.some(([wire]) => !known.has(wire));
}

function indexByWire(constraints: readonly Constraint[]): Map<number, Constraint[]> {
  const byWire = new Map<number, Constraint[]>();
  for (const constraint of constraints) {
    const { a, b, c } = constraint;
    for (const wire of new Set([...a, ...b, ...c].map(([at]) => at))) {
      const list = byWire.get(wire);
      if (list === undefined) byWire.set(wire, [constraint]);
      else list.push(constraint);
    }
  }
  return byWire;
}

/** @returns the unknowns of the constraint that follow, now that both of its factors are known */
function solve(
  constraint: Constraint,
  known: ReadonlySet<number>,
  binary: ReadonlySet<number>,
  groups: Map<string, Set<Constraint>>,
): readonly number[] {
  const unknowns = constraint.c.filter(([wire, factor]) => factor !== 0n && !known.has(wire));
  const wires = unknowns.map(([wire]) => wire).sort((x, y) => x - y);
  if (wires.length <= 1) return wires;
  if (wires.every((wire) => binary.has(wire)) && isPositional(unknowns)) return wires;
  const name = wires.join();
  const group = groups.get(name) ?? new Set();
  groups.set(name, group.add(constraint));
  return rank([...group], wires) === wires.length ? wires : [];
}

/** The one wire of a constraint that holds for 0 and for 1 and nothing else. */
function binaryWire({ a, b, c }: Constraint): number[] {
  const wires = new Set([...a, ...b, ...c].map(([wire]) => wire).filter((wire) => wire !== 0));
  const [wire] = wires;
  if (wire === undefined || wires.size !== 1) return [];
  const at = (sum: Sum, x: bigint) =>
    sum.reduce((total, [w, factor]) => total + factor * (w === 0 ? 1n : x), 0n);
  const holds = (x: bigint) => mod(at(a, x) * at(b, x) - at(c, x)) === 0n;
  const slope = (sum: Sum) => at(sum, 1n) - at(sum, 0n);
  const isQuadratic = mod(slope(a) * slope(b)) !== 0n;
  return isQuadratic && holds(0n) && holds(1n) ? [wire] : [];
}

/** Whether the factors are different powers of two, or these times one number, that together don't reach the order. */
function isPositional(sum: Sum): boolean {
  const isPower = (value: bigint) => value > 0n && (value & (value - 1n)) === 0n;
  return [1n, -1n].some((sign) => {
    const factors = sum.map(([, factor]) => mod(sign * factor));
    const total = factors.reduce((x, y) => x + y, 0n);
    return (
      factors.every(isPower) && new Set(factors).size === factors.length && total < FIELD_MODULUS
    );
  });
}

/** Of the matrix of the constraints' factors, by Gauss's elimination. */
function rank(constraints: readonly Constraint[], wires: readonly number[]): number {
  const rows = constraints.map(({ c }) => {
    const factors = new Map(c);
    return wires.map((wire) => mod(factors.get(wire) ?? 0n));
  });
  let found = 0;
  for (let column = 0; column < wires.length; column++) {
    const pivot = rows.findIndex((row, i) => i >= found && row[column] !== 0n);
    const row = rows[pivot];
    if (row === undefined) continue;
    rows.splice(pivot, 1);
    rows.splice(found++, 0, row);
    for (const below of rows.slice(found)) {
      const factor = below[column] as bigint;
      const scale = row[column] as bigint;
      for (let i = 0; i < below.length; i++) {
        below[i] = mod((below[i] as bigint) * scale - (row[i] as bigint) * factor);
      }
    }
  }
  return found;
}

function mod(value: bigint): bigint {
  const rest = value % FIELD_MODULUS;
  return rest < 0n ? rest + FIELD_MODULUS : rest;
}
