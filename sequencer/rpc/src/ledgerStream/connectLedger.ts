import { MAX_BLOCK_BYTES } from "@weft/ledger";
import type { Hash, LedgerHeight } from "@weft/protocol";
import { WebSocket } from "ws";
import type { z } from "zod";
import { RpcError } from "../errors.ts";
import { LEDGER_SILENCE_MS, MAX_LEDGER_BATCHES_AHEAD } from "../limits.ts";
import {
  type LedgerHello,
  type LedgerRequest,
  ledgerHash,
  ledgerHello,
  splitBlocks,
} from "./messages.ts";
import { LEDGER_PATH } from "./serveLedger.ts";

/** A connection to a node whose ledger is to be followed. */
export interface LedgerConnection {
  /** What the node had when it was connected to. */
  readonly hello: LedgerHello;
  /** The hash of a block that the node has on disk; null where there is none. */
  hashAt(height: LedgerHeight): Promise<Hash | null>;
  /**
   * The encoded blocks from a height on, past and future, in order and as many at a time as came together.
   * Once; nothing else can be asked after it. Ends only by an error or by `close`.
   */
  follow(fromHeight: LedgerHeight): AsyncGenerator<readonly Uint8Array[], void, undefined>;
  close(): void;
}

/**
 * Connects to a node's JSON-RPC server, whose URL is given without a path.
 * @throws RpcError LEDGER_STREAM_LOST, here and in everything below, when there is no connection (any more);
 * LEDGER_STREAM_INVALID when what is there speaks another language
 */
export async function connectLedger(
  url: string,
  { signal }: { signal?: AbortSignal } = {},
): Promise<LedgerConnection> {
  const address = new URL(LEDGER_PATH, url);
  address.protocol = address.protocol === "https:" ? "wss:" : "ws:";
  const connection = new Connection(address.href);
  const abort = () => connection.close();
  signal?.addEventListener("abort", abort);
  connection.onClosed(() => signal?.removeEventListener("abort", abort));
  if (signal?.aborted) connection.close();
  const hello = await connection.answer(ledgerHello);
  return {
    hello,
    async hashAt(height) {
      connection.ask({ hashAt: height });
      return (await connection.answer(ledgerHash)).hash;
    },
    async *follow(fromHeight) {
      connection.ask({ follow: fromHeight });
      for (;;) yield await connection.blocks();
    },
    close: () => connection.close(),
  };
}

type Message = { readonly data: Buffer; readonly isBinary: boolean };

/** What comes, one message after another; no more is taken from the network than is asked for. */
class Connection {
  readonly #socket: WebSocket;
  readonly #messages: Message[] = [];
  readonly #url: string;
  #error: RpcError | undefined;
  #wake: () => void = () => {};
  #silence: NodeJS.Timeout | undefined;

  constructor(url: string) {
    this.#url = url;
    // Blocks have a frame of their own around them in a message.
    const maxPayload = MAX_BLOCK_BYTES * 2;
    this.#socket = new WebSocket(url, { maxPayload, perMessageDeflate: false });
    this.#socket.on("message", (data: Buffer, isBinary) => this.#receive({ data, isBinary }));
    this.#socket.on("ping", () => this.#hear());
    this.#socket.on("error", (cause) => this.#lose(cause.message, cause));
    this.#socket.on("close", (code, reason) =>
      this.#lose(`closed with ${code} ${reason.toString("utf8")}`.trim()),
    );
    this.#hear();
  }

  onClosed(listener: () => void): void {
    this.#socket.on("close", listener);
  }

  ask(request: LedgerRequest): void {
    if (this.#error !== undefined) throw this.#error;
    this.#socket.send(JSON.stringify(request));
  }

  async answer<Schema extends z.ZodType>(schema: Schema): Promise<z.output<Schema>> {
    const { data, isBinary } = await this.#next();
    const parsed = isBinary ? undefined : schema.safeParse(parseJson(data));
    return parsed?.success ? parsed.data : this.#refuse("an answer that can't be read");
  }

  async blocks(): Promise<readonly Uint8Array[]> {
    const { data, isBinary } = await this.#next();
    const blocks = isBinary ? splitBlocks(new Uint8Array(data)) : undefined;
    return blocks ?? this.#refuse("a message that holds no blocks");
  }

  close(): void {
    this.#lose("closed here");
    this.#socket.terminate();
  }

  #refuse(problem: string): never {
    this.close();
    throw new RpcError("LEDGER_STREAM_INVALID", `${this.#url} sent ${problem}`, {
      details: { url: this.#url },
    });
  }

  async #next(): Promise<Message> {
    for (;;) {
      const message = this.#messages.shift();
      if (message !== undefined) {
        if (this.#socket.isPaused) this.#socket.resume();
        this.#hear();
        return message;
      }
      if (this.#error !== undefined) throw this.#error;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  #receive(message: Message): void {
    this.#messages.push(message);
    if (this.#messages.length >= MAX_LEDGER_BATCHES_AHEAD) this.#socket.pause();
    this.#hear();
    this.#wake();
  }

  /** A node that vanished without a word would be waited for for ever: one that lives pings. */
  #hear(): void {
    clearTimeout(this.#silence);
    if (this.#error !== undefined || this.#socket.isPaused) return;
    this.#silence = setTimeout(() => {
      this.#lose(`nothing heard for ${LEDGER_SILENCE_MS} ms`);
      this.#socket.terminate();
    }, LEDGER_SILENCE_MS);
  }

  #lose(why: string, cause?: unknown): void {
    clearTimeout(this.#silence);
    this.#error ??= new RpcError("LEDGER_STREAM_LOST", `${this.#url}: ${why}`, {
      details: { url: this.#url },
      cause,
    });
    this.#wake();
  }
}

function parseJson(data: Buffer): unknown {
  try {
    return JSON.parse(data.toString("utf8"));
  } catch {
    return undefined;
  }
}
