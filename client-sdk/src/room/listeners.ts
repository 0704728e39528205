import { ClientError } from "../errors.ts";
import { MAX_LISTENERS } from "../limits.ts";

/** Stops listening. */
export type Unsubscribe = () => void;

export type Listeners<T> = {
  readonly size: number;
  /** @throws ClientError OPTIONS_INVALID past `MAX_LISTENERS` */
  add(listener: (value: T) => void): Unsubscribe;
  emit(value: T): void;
};

/** Whoever listens to one thing. One that throws keeps nothing from the others. */
export function createListeners<T>(onThrow: (cause: unknown) => void): Listeners<T> {
  const all = new Set<{ listener: (value: T) => void }>();
  return {
    get size() {
      return all.size;
    },
    add(listener) {
      if (all.size >= MAX_LISTENERS) {
        throw new ClientError("OPTIONS_INVALID", `more than ${MAX_LISTENERS} listeners: a leak?`);
      }
      const entry = { listener };
      all.add(entry);
      return () => void all.delete(entry);
    },
    emit(value) {
      for (const { listener } of [...all]) {
        try {
          listener(value);
        } catch (cause) {
          onThrow(cause);
        }
      }
    },
  };
}
