import { ClientError } from "../errors.ts";
import type { Unsubscribe } from "./listeners.ts";

export type WaitOptions = { readonly signal?: AbortSignal };

/** What a wait subscribes to: something that may say yes, and the end of all waiting. */
export type WaitSources<T> = {
  /** Calls `resolve` when it has come. */
  subscribe(resolve: (value: T) => void): Unsubscribe;
  /** Calls `reject` when it can't come any more. */
  onEnd(reject: (error: unknown) => void): Unsubscribe;
};

/** @throws ClientError ABORTED, or what `onEnd` gives. */
export function waitUntil<T>({ subscribe, onEnd }: WaitSources<T>, options: WaitOptions = {}) {
  const { signal } = options;
  return new Promise<T>((resolve, reject) => {
    const stops: Unsubscribe[] = [];
    const settle = (run: () => void) => {
      for (const stop of stops) stop();
      run();
    };
    const abort = () =>
      settle(() =>
        reject(new ClientError("ABORTED", "the wait was given up", { cause: signal?.reason })),
      );
    if (signal?.aborted) return abort();
    signal?.addEventListener("abort", abort, { once: true });
    stops.push(() => signal?.removeEventListener("abort", abort));
    stops.push(onEnd((error) => settle(() => reject(error))));
    stops.push(subscribe((value) => settle(() => resolve(value))));
  });
}
