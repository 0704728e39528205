import type { ChainId, Hash } from "@weft/protocol";

/** What the benchmark's three processes say to each other: it asks, and each question has one answer. */

export type System = "plain" | "weft";
export type TransportName = "ws" | "uWebSockets";

/** One line of the table: what is measured with both systems, in turns. */
export type Cell = {
  readonly clients: number;
  /** Of each client, a second. */
  readonly rate: number;
  /** Most clients of one room. */
  readonly perRoom: number;
  readonly transport: TransportName;
};

/** A login that is open already. */
export type BenchSession = {
  readonly sessionId: Hash;
  /** PKCS #8, DER. */
  readonly privateKey: Uint8Array;
  readonly chainId: ChainId;
};

export type ServerStart = Pick<Cell, "perRoom" | "transport"> & { readonly dataDir: string };

export type ServerQuestions = {
  start: { with: ServerStart; answer: { url: string } };
  /** Opens so many sessions. */
  sessions: { with: number; answer: readonly BenchSession[] };
  /** Bytes in use after garbage was collected. */
  memory: { with: null; answer: number };
  mark: { with: null; answer: ServerMark };
};

/** Counters since the process began; the difference of two marks is a measurement. */
export type ServerMark = {
  readonly atMs: number;
  readonly moves: number;
  /** Of the thread that serves, in µs. */
  readonly threadUs: number;
  /** Of all of the process's threads. */
  readonly processUs: number;
};

export type LoadStart = Cell & {
  readonly url: string;
  readonly sessions: readonly BenchSession[] | undefined;
};

export type LoadQuestions = {
  /** Joins all clients. */
  join: { with: LoadStart; answer: null };
  play: { with: null; answer: null };
  mark: { with: null; answer: LoadMark };
};

export type LoadMark = {
  /** Of the clients whose bytes are counted. */
  readonly sent: number;
  readonly bytes: number;
  readonly processUs: number;
  /** The close codes of connections that were closed against the client's will. */
  readonly lost: readonly number[];
  /** From sending to the patch that shows it, since the mark before, in ms. */
  readonly latenciesMs: readonly number[];
};
