import { ClientError } from "../errors.ts";
import { CHAIN_TIMEOUT_MS } from "../limits.ts";

export type PollOptions = {
  /** Default 30,000. */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
};

/**
 * Asks again and again until there is an answer, and not once when there is no time.
 * @throws ClientError CHAIN_TIMEOUT, ABORTED, CHAIN_UNREACHABLE, with `details`.
 */
export async function pollUntil<T>(
  ask: () => Promise<T | undefined>,
  what: string,
  everyMs: number,
  { timeoutMs = CHAIN_TIMEOUT_MS, signal }: PollOptions,
  details: Record<string, unknown>,
): Promise<T> {
  const deadlineMs = performance.now() + timeoutMs;
  for (;;) {
    if (signal?.aborted) {
      throw new ClientError("ABORTED", `gave up waiting for ${what}`, {
        details,
        cause: signal.reason,
      });
    }
    if (performance.now() >= deadlineMs) {
      throw new ClientError("CHAIN_TIMEOUT", `${what} took more than ${timeoutMs} ms`, { details });
    }
    const answer = await ask().catch((cause: unknown) => {
      if (cause instanceof ClientError) throw cause;
      throw new ClientError("CHAIN_UNREACHABLE", `lost the chain while waiting for ${what}`, {
        details,
        cause,
      });
    });
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
