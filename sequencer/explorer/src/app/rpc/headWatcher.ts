import type { ChainName } from "@weft/rpc/answers";
import { MAX_RECONNECT_MS, RECONNECT_MS } from "../limits.ts";
import type { Rpc } from "./rpc.ts";

export type HeadWatcher = {
  /** True while the node tells of new blocks of both chains. */
  readonly isConnected: boolean;
  stop(): void;
};

export type HeadListener = {
  /** A block of that chain is on disk. */
  head(chain: ChainName, height: number): void;
  /** `isConnected` has changed. */
  connection(): void;
};

/** Follows `newHeads` of both chains, over connections that come back by themselves. */
export function watchHeads(rpc: Rpc, listener: HeadListener): HeadWatcher {
  const lines = (["zk", "fast"] as const).map((chain) => new Line(rpc, chain, listener));
  return {
    get isConnected() {
      return lines.every((line) => line.isOpen);
    },
    stop() {
      for (const line of lines) line.stop();
    },
  };
}

class Line {
  isOpen = false;
  readonly #url: string;
  readonly #chain: ChainName;
  readonly #listener: HeadListener;
  #socket: WebSocket | undefined;
  #waitMs = RECONNECT_MS;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #stopped = false;

  constructor(rpc: Rpc, chain: ChainName, listener: HeadListener) {
    this.#url = `${rpc.url.replace(/^http/, "ws")}/${chain}`;
    this.#chain = chain;
    this.#listener = listener;
    this.#connect();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
    this.#socket?.close();
  }

  #connect(): void {
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    socket.onopen = () => {
      const subscribe = { jsonrpc: "2.0", id: 1, method: "eth_subscribe", params: ["newHeads"] };
      socket.send(JSON.stringify(subscribe));
    };
    socket.onmessage = ({ data }) => this.#hear(String(data));
    socket.onclose = () => this.#lost();
  }

  #hear(text: string): void {
    const message = JSON.parse(text) as {
      id?: number;
      params?: { result?: { ledgerHeight?: string } };
    };
    if (message.id === 1) this.#setOpen(true);
    const height = message.params?.result?.ledgerHeight;
    if (height !== undefined) this.#listener.head(this.#chain, Number(height));
  }

  #lost(): void {
    this.#setOpen(false);
    if (this.#stopped) return;
    this.#timer = setTimeout(() => this.#connect(), this.#waitMs);
    this.#waitMs = Math.min(this.#waitMs * 2, MAX_RECONNECT_MS);
  }

  #setOpen(isOpen: boolean): void {
    if (isOpen) this.#waitMs = RECONNECT_MS;
    if (this.isOpen === isOpen) return;
    this.isOpen = isOpen;
    if (!this.#stopped) this.#listener.connection();
  }
}
