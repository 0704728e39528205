import { randomBytes } from "node:crypto";
import { bytesToHex, type Hex } from "@weft/protocol";
import type { Caller, Subscriber } from "./caller.ts";
import type { Dispatcher } from "./dispatcher.ts";
import { RpcError } from "./errors.ts";
import {
  MAX_BUFFERED_BYTES,
  MAX_CONNECTION_SUBSCRIPTIONS,
  SUBSCRIPTION_ID_BYTES,
} from "./limits.ts";

/** A transport that can send at any time. */
export interface Wire {
  send(text: string): void;
  /** What was sent and the client has not taken yet. */
  bufferedBytes(): number;
  /** Closes, as RFC 6455 has it. */
  close(code: number, reason: string): void;
}

/** RFC 6455, section 7.4.1. */
export const CloseCode = {
  goingAway: 1001,
  unsupportedData: 1003,
  policyViolation: 1008,
  internalError: 1011,
  tryAgainLater: 1013,
} as const;

type Subscription = {
  end(): void;
  /** What happened before the client knows the subscription; undefined once it does. */
  held: string[] | undefined;
};

/** One client that stays: its subscriptions, and that it reads what it asked for. */
export class Connection {
  readonly #wire: Wire;
  readonly #dispatcher: Dispatcher;
  readonly #subscriptions = new Map<Hex, Subscription>();
  #heldBytes = 0;
  #closed = false;

  constructor(wire: Wire, dispatcher: Dispatcher) {
    this.#wire = wire;
    this.#dispatcher = dispatcher;
  }

  /** Answers a message. Never rejects. */
  async receive(message: string): Promise<void> {
    if (this.#closed) return;
    const begun: Hex[] = [];
    const caller: Caller = {
      subscribe: (begin) => {
        const id = this.#subscribe(begin);
        begun.push(id);
        return id;
      },
      unsubscribe: (id) => this.#end(id as Hex),
    };
    const answer = await this.#dispatcher.handle(message, caller);
    if (answer !== undefined) this.#send(answer);
    for (const id of begun) this.#release(id);
  }

  /** Answers every call of a message with an error. */
  refuse(message: string, error: RpcError): void {
    const answer = this.#dispatcher.refuse(message, error);
    if (answer !== undefined) this.#send(answer);
  }

  /** The client is gone, or has to go: its subscriptions end. */
  end(): void {
    this.#closed = true;
    for (const id of [...this.#subscriptions.keys()]) this.#end(id);
  }

  #subscribe(begin: (subscriber: Subscriber) => () => void): Hex {
    if (this.#closed) throw new RpcError("SUBSCRIPTION_LIMIT", "the connection is closed");
    if (this.#subscriptions.size >= MAX_CONNECTION_SUBSCRIPTIONS) {
      throw new RpcError(
        "SUBSCRIPTION_LIMIT",
        `at most ${MAX_CONNECTION_SUBSCRIPTIONS} subscriptions on a connection`,
      );
    }
    const id = bytesToHex(randomBytes(SUBSCRIPTION_ID_BYTES));
    const end = begin({
      tell: (result) => this.#tell(id, result),
      fail: () => this.#drop(CloseCode.internalError, "the node can't tell more"),
    });
    this.#subscriptions.set(id, { end, held: [] });
    return id;
  }

  #tell(id: Hex, result: string): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) return;
    const message = `{"jsonrpc":"2.0","method":"eth_subscription","params":{"subscription":"${id}","result":${result}}}`;
    if (subscription.held === undefined) {
      this.#send(message);
      return;
    }
    subscription.held.push(message);
    this.#heldBytes += message.length;
    if (this.#heldBytes > MAX_BUFFERED_BYTES) this.#dropSlow();
  }

  /** The client has the id by now: it gets what happened meanwhile, and then what happens. */
  #release(id: Hex): void {
    const subscription = this.#subscriptions.get(id);
    if (subscription?.held === undefined) return; // ended by the same message
    const { held } = subscription;
    subscription.held = undefined;
    for (const message of held) {
      this.#heldBytes -= message.length;
      this.#send(message);
    }
  }

  #end(id: Hex): boolean {
    const subscription = this.#subscriptions.get(id);
    if (subscription === undefined) return false;
    this.#subscriptions.delete(id);
    for (const message of subscription.held ?? []) this.#heldBytes -= message.length;
    subscription.end();
    return true;
  }

  /** A client that doesn't read would have its share of the node's memory grow for ever. */
  #send(text: string): void {
    if (this.#closed) return;
    if (this.#wire.bufferedBytes() > MAX_BUFFERED_BYTES) this.#dropSlow();
    else this.#wire.send(text);
  }

  #dropSlow(): void {
    this.#drop(CloseCode.policyViolation, "reads too slowly");
  }

  #drop(code: number, reason: string): void {
    if (this.#closed) return;
    this.end();
    this.#wire.close(code, reason);
  }
}
