import type { Hex } from "@weft/protocol";

/** What a subscription may do once it has begun. */
export interface Subscriber {
  /** `result` is JSON text: what many are told is made once. */
  tell(result: string): void;
  /** Nothing more can be told; the client loses its connection, so that it doesn't wait in vain. */
  fail(error: unknown): void;
}

/** A client that can be told of things later. Those over HTTP and in process can't. */
export interface Caller {
  /**
   * @param begin makes the subscription, and returns what ends it; what it throws is thrown
   * @returns its id; nothing is told before the client has had the answer with it
   * @throws RpcError SUBSCRIPTION_LIMIT
   */
  subscribe(begin: (subscriber: Subscriber) => () => void): Hex;
  /** @returns whether there was such a subscription of this client. */
  unsubscribe(id: string): boolean;
}
