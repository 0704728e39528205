import { CodedError } from "@weft/protocol";

/** The first thing that is wrong with a ledger. */
export type LedgerFault = {
  /** Undefined when it is about no single block. */
  readonly height: number | undefined;
  /** The code of the rule that is broken. */
  readonly code: string;
  readonly message: string;
};

/** These say where it is wrong; the cause says what. */
const wrappers: ReadonlySet<string> = new Set(["LEDGER_INVALID", "BLOCK_INVALID"]);

/** What to tell of an error that `verifyLedger` threw; undefined for one without a code, which is a bug. */
export function faultOf(error: unknown): LedgerFault | undefined {
  if (!(error instanceof CodedError)) return undefined;
  let reason: CodedError = error;
  let height = heightOf(reason);
  while (wrappers.has(reason.code) && reason.cause instanceof CodedError) {
    reason = reason.cause;
    height ??= heightOf(reason);
  }
  return { height, code: reason.code, message: messagesOf(error).join(": ") };
}

function heightOf({ details }: CodedError): number | undefined {
  return typeof details.height === "number" ? details.height : undefined;
}

/** Each message of the chain of causes, but for those that the one above repeats. */
function messagesOf(error: Error): string[] {
  const messages: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) {
    if (!messages.some((message) => message.includes((cause as Error).message))) {
      messages.push(cause.message);
    }
  }
  return messages;
}
