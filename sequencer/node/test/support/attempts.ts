import { CodedError } from "@weft/protocol";
import { expect } from "vitest";

type Row = { readonly attack: string; readonly outcome: string };

/** What an attacker tries, and what becomes of it. */
export class Attempts {
  readonly rows: Row[] = [];

  /** Something that must fail, with this code or contract error. */
  async refused(attack: string, code: string, attempt: Promise<unknown>): Promise<void> {
    const error: unknown = await attempt.then(
      () => "it went through",
      (thrown: unknown) => thrown,
    );
    expect([attack, nameOf(error)]).toEqual([attack, code]);
    this.rows.push({ attack, outcome: `refused: ${code}` });
  }

  /** Something that must not throw: what it brings is counted at the end. */
  async taken<T>(attack: string, attempt: Promise<T>, outcome = "went through"): Promise<T> {
    const result = await attempt;
    this.rows.push({ attack, outcome });
    return result;
  }
}

function nameOf(error: unknown): unknown {
  if (!(error instanceof CodedError)) return error;
  return error.details.errorName ?? error.code;
}

/** Lines of text with columns below each other, for people. */
export function formatTable(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const names = Object.keys(rows[0] ?? {});
  const cells = [names, ...rows.map((row) => names.map((name) => String(row[name])))];
  const widths = names.map((_, column) =>
    Math.max(...cells.map((row) => row[column]?.length ?? 0)),
  );
  return cells
    .map((row) => row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  "))
    .join("\n");
}
