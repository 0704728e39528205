import { CodedError } from "@weft/protocol";

/** What a refusal goes by. */
export function codeOf(error: unknown): string {
  return error instanceof CodedError ? error.code : String(error);
}
