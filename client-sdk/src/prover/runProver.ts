import { prepareProving, proveOwnership } from "@weft/circuits";
import type { ProverMessage, ProverRequest } from "./messages.ts";

/** Answers one request, in the thread that proves. */
export async function runProver(
  request: ProverRequest,
  post: (message: ProverMessage) => void,
): Promise<void> {
  const onProgress = (progress: Omit<ProverMessage & { type: "progress" }, "type">) =>
    post({ type: "progress", ...progress });
  try {
    if (request.type === "prepare") {
      // The threads are held for as long as this one lives, which is for one proof.
      await prepareProving(request.parallel);
      post({ type: "prepared" });
    } else {
      post({ type: "proof", ...(await proveOwnership({ ...request, onProgress })) });
    }
  } catch (error) {
    post({ type: "error", ...describe(error) });
  }
}

/** Errors lose their code between threads. */
function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof Error)) return { code: "UNKNOWN", message: String(error) };
  const { code = "UNKNOWN", cause } = error as { code?: unknown; cause?: unknown };
  const why = cause instanceof Error ? `${error.message}: ${cause.message}` : error.message;
  return { code: String(code), message: why };
}
