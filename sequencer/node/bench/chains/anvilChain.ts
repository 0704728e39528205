import { once } from "node:events";
import { setTimeout as wait } from "node:timers/promises";
import { type Anvil, startAnvil } from "@weft/contracts/anvil";
import { movesCreationCode } from "@weft/contracts/testing";
import { assert, type Hex } from "@weft/protocol";
import { getContractAddress } from "viem";
import { lowerAddress } from "../../src/index.ts";
import { createSigner, signTransaction } from "../load/signTransaction.ts";
import type { MoveChain } from "./moveChain.ts";
import { createSenders, type SignedMove, signMoves } from "./signMoves.ts";

const CHAIN_ID = 31_337;
const SENDERS = 500;
const BALANCE_WEI = 10n ** 24n;
/** Transactions of one HTTP request: JSON-RPC takes lists. */
const MAX_BATCH = 250;
const RECEIPT_POLL_MS = 5;
/** Of a block: whatever waits fits into it. */
const GAS_LIMIT = 10n ** 12n;

/** How it makes blocks: for every transaction that comes, or so many seconds apart. */
export type Mining = "automine" | { readonly blockSeconds: number };

type Answer = { readonly result?: unknown; readonly error?: { readonly message: string } };

/** anvil, in a process of its own, in memory: transactions come over HTTP, news of blocks over a WebSocket. */
export class AnvilChain implements MoveChain {
  readonly maxInFlight: number;
  onBlock: MoveChain["onBlock"] = () => {};
  readonly #anvil: Anvil;
  readonly #socket: WebSocket;
  readonly #failure = Promise.withResolvers<never>();
  #moves: readonly SignedMove[] = [];
  readonly #numbers = new Map<Hex, number>();
  #submitted = 0;
  #sent = 0;
  #sending: NodeJS.Immediate | undefined;

  private constructor(anvil: Anvil, socket: WebSocket, mining: Mining) {
    // Flooded with more, it takes them in and makes no block for a long time.
    this.maxInFlight = mining === "automine" ? 1_000 : 6_000;
    this.#anvil = anvil;
    this.#socket = socket;
    this.#failure.promise.catch(() => {});
  }

  static async start(mining: Mining, moveCount: number): Promise<AnvilChain> {
    const options = ["--gas-limit", String(GAS_LIMIT), "--order", "fifo"];
    if (mining !== "automine") options.push("--block-time", String(mining.blockSeconds));
    const anvil = await startAnvil(options);
    const socket = new WebSocket(anvil.url.replace("http", "ws"));
    const chain = new AnvilChain(anvil, socket, mining);
    try {
      await once(socket, "open");
      await chain.#prepare(moveCount);
      return chain;
    } catch (error) {
      await chain.stop();
      throw error;
    }
  }

  get submitted(): number {
    return this.#submitted;
  }

  get failed(): Promise<never> {
    return this.#failure.promise;
  }

  submitNext(): void {
    assert(this.#submitted < this.#moves.length, "a move that was signed");
    this.#submitted++;
    // Everything that is handed in in the same turn goes together.
    this.#sending ??= setImmediate(() => {
      this.#sending = undefined;
      while (this.#sent < this.#submitted) this.#sendBatch();
    });
  }

  async stop(): Promise<void> {
    this.#socket.close();
    await this.#anvil.stop();
  }

  async #prepare(moveCount: number): Promise<void> {
    const deployer = createSigner("bench deployer");
    const senders = createSenders(SENDERS);
    const balance = `0x${BALANCE_WEI.toString(16)}`;
    await this.#request(
      [deployer, ...senders].map(({ address }) => ["anvil_setBalance", [address, balance]]),
    );
    const data = movesCreationCode;
    const raw = signTransaction(deployer, { chainId: CHAIN_ID, nonce: 0, data, gas: 1_000_000n });
    const [hash] = await this.#request([["eth_sendRawTransaction", [raw]]]);
    while ((await this.#request([["eth_getTransactionReceipt", [hash]]]))[0] === null) {
      await wait(RECEIPT_POLL_MS);
    }
    const to = lowerAddress(getContractAddress({ from: deployer.address, nonce: 0n }));
    this.#moves = signMoves(moveCount, { chainId: CHAIN_ID, to, senders });
    this.#moves.forEach(({ hash: moveHash }, number) => {
      this.#numbers.set(moveHash, number);
    });
    this.#socket.addEventListener("message", ({ data: text }) => this.#onNews(String(text)));
    this.#socket.send(rpc("eth_subscribe", ["newHeads"]));
  }

  #sendBatch(): void {
    const end = Math.min(this.#submitted, this.#sent + MAX_BATCH);
    const batch = this.#moves.slice(this.#sent, end);
    this.#sent = end;
    this.#request(batch.map(({ raw }) => ["eth_sendRawTransaction", [raw]])).catch(
      this.#failure.reject,
    );
  }

  /** A new head, or what it holds. */
  #onNews(text: string): void {
    const { params, result } = JSON.parse(text) as {
      params?: { result: { hash: Hex } };
      result?: { transactions?: readonly Hex[] };
    };
    if (params !== undefined) {
      this.#socket.send(rpc("eth_getBlockByHash", [params.result.hash, false]));
    } else if (result?.transactions !== undefined) {
      const moves = result.transactions.flatMap((hash) => this.#numbers.get(hash) ?? []);
      if (moves.length > 0) this.onBlock(moves);
    }
  }

  async #request(calls: readonly (readonly [string, readonly unknown[]])[]): Promise<unknown[]> {
    const body = `[${calls.map(([method, params]) => rpc(method, params)).join(",")}]`;
    const headers = { "content-type": "application/json" };
    const response = await fetch(this.#anvil.url, { method: "POST", headers, body });
    const answers = (await response.json()) as readonly Answer[];
    return answers.map(({ result, error }) => {
      if (error !== undefined) throw new Error(`anvil refused: ${error.message}`);
      return result;
    });
  }
}

const rpc = (method: string, params: readonly unknown[]) =>
  JSON.stringify({ jsonrpc: "2.0", id: 1, method, params });
