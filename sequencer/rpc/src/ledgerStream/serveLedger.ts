import { setImmediate as nextTurn } from "node:timers/promises";
import type { Ledger } from "@weft/ledger";
import type { Block, LedgerHeight } from "@weft/protocol";
import type { WebSocket } from "ws";
import type { z } from "zod";
import { CloseCode } from "../connection.ts";
import {
  LEDGER_BATCH_BLOCKS,
  LEDGER_BATCH_BYTES,
  LEDGER_PING_MS,
  LEDGER_STALL_MS,
  MAX_LEDGER_REQUEST_BYTES,
  MAX_LEDGER_STREAMS,
} from "../limits.ts";
import {
  encodeBlocks,
  LEDGER_STREAM_VERSION,
  type LedgerHello,
  type ledgerHash,
  ledgerRequest,
} from "./messages.ts";

/** Where nodes get a ledger's blocks. */
export const LEDGER_PATH = "/ledger";

export interface LedgerStreams {
  /** Serves one more, or tells it that there are too many. */
  accept(socket: WebSocket): void;
  /** Ends all of them. */
  stop(): void;
}

/** Gives the ledger's blocks to whoever follows it, each once it is on disk. */
export function serveLedger(ledger: Ledger): LedgerStreams {
  const streams = new Set<LedgerStream>();
  return {
    accept(socket) {
      socket.on("error", () => {}); // `close` follows
      if (streams.size >= MAX_LEDGER_STREAMS) {
        socket.close(CloseCode.tryAgainLater, "too many follow this node");
        return;
      }
      const stream = new LedgerStream(ledger, socket);
      streams.add(stream);
      socket.on("close", () => {
        streams.delete(stream);
        stream.end();
      });
    },
    stop() {
      for (const stream of streams) stream.close(CloseCode.goingAway, "the node stops");
    },
  };
}

/**
 * One follower. Nothing is buffered for it: it is a height, and the next blocks are read when the last
 * ones have left this process.
 */
class LedgerStream {
  readonly #ledger: Ledger;
  readonly #socket: WebSocket;
  readonly #ping: NodeJS.Timeout;
  readonly #unsubscribe: () => void;
  #heardMs = performance.now();
  #ended = false;
  #following = false;
  #wake: () => void = () => {};

  constructor(ledger: Ledger, socket: WebSocket) {
    this.#ledger = ledger;
    this.#socket = socket;
    this.#unsubscribe = ledger.subscribe({
      durable: () => this.#wake(),
      failed: () => this.close(CloseCode.internalError, "the node's disk failed"),
    });
    // So that the other side can tell a quiet ledger from a dead connection.
    this.#ping = setInterval(() => this.#beat(), LEDGER_PING_MS);
    socket.on("pong", () => {
      this.#heardMs = performance.now();
    });
    socket.on("message", (data: Buffer, isBinary) => this.#receive(data, isBinary));
    this.#sendJson(this.#hello());
  }

  close(code: number, reason: string): void {
    this.end();
    this.#socket.close(code, reason);
  }

  end(): void {
    this.#ended = true;
    clearInterval(this.#ping);
    this.#unsubscribe();
    this.#wake();
  }

  #beat(): void {
    if (performance.now() - this.#heardMs > LEDGER_STALL_MS) this.#socket.terminate();
    else this.#socket.ping();
  }

  #hello(): LedgerHello {
    const head = this.#durable(this.#ledger.durableHeight);
    return {
      ledgerStream: LEDGER_STREAM_VERSION,
      chainIds: [...this.#ledger.chainIds],
      head: head === undefined ? null : { height: head.header.height, hash: head.hash },
    };
  }

  #durable(height: LedgerHeight | undefined): Block | undefined {
    if (height === undefined || height > (this.#ledger.durableHeight ?? -1)) return undefined;
    return this.#ledger.blockByHeight(height);
  }

  #receive(data: Buffer, isBinary: boolean): void {
    const request = isBinary ? undefined : parseRequest(data);
    if (request === undefined || this.#following) {
      this.close(CloseCode.policyViolation, "not a request of this protocol");
    } else if ("follow" in request) {
      this.#following = true;
      this.#send(request.follow).catch(() =>
        this.close(CloseCode.internalError, "the node can't read its ledger"),
      );
    } else {
      this.#answerHash(request.hashAt);
    }
  }

  #answerHash(height: LedgerHeight): void {
    const answer: z.input<typeof ledgerHash> = {
      hashAt: height,
      hash: this.#durable(height)?.hash ?? null,
    };
    this.#sendJson(answer);
  }

  #sendJson(message: object): void {
    this.#socket.send(JSON.stringify(message));
  }

  async #send(fromHeight: LedgerHeight): Promise<void> {
    for (let next: number = fromHeight; !this.#ended; ) {
      const batch = this.#read(next);
      if (batch.length === 0) {
        // Nothing runs between the look above and here, so no wake-up is missed.
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
        continue;
      }
      await this.#deliver(encodeBlocks(batch));
      next += batch.length;
      await nextTurn(); // rooms are served by the same thread
    }
  }

  /** The next blocks on disk, at least one where there is one. */
  #read(fromHeight: number): Block[] {
    const blocks: Block[] = [];
    for (let sizeBytes = 0; sizeBytes < LEDGER_BATCH_BYTES; ) {
      if (blocks.length >= LEDGER_BATCH_BLOCKS) break;
      const block = this.#durable((fromHeight + blocks.length) as LedgerHeight);
      if (block === undefined) break;
      blocks.push(block);
      sizeBytes += block.transactions.reduce((sum, { length }) => sum + length, 0);
    }
    return blocks;
  }

  /** Resolves when the bytes have left this process; one who doesn't take them is cut off. */
  async #deliver(message: Uint8Array): Promise<void> {
    const stall = setTimeout(() => this.#socket.terminate(), LEDGER_STALL_MS);
    await new Promise<void>((resolve) => {
      this.#socket.send(message, () => resolve()); // an error is followed by `close`
    });
    clearTimeout(stall);
  }
}

function parseRequest(data: Buffer): z.output<typeof ledgerRequest> | undefined {
  if (data.length > MAX_LEDGER_REQUEST_BYTES) return undefined;
  try {
    return ledgerRequest.safeParse(JSON.parse(data.toString("utf8"))).data;
  } catch {
    return undefined;
  }
}
