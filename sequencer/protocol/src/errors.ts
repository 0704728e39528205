/**
 * Base of every error that Weft throws on purpose. Each package has one subclass with a closed set
 * of codes; a caller decides by `code`, a person reads `message`, a log keeps `details` and `cause`.
 */
export class CodedError<Code extends string = string> extends Error {
  readonly code: Code;
  readonly details: Readonly<Record<string, unknown>>;

  constructor(
    code: Code,
    message: string,
    options: { details?: Readonly<Record<string, unknown>>; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.details = options.details ?? {};
    this.name = new.target.name;
  }
}

export type ProtocolErrorCode =
  /** Bytes are not canonical RLP. */
  | "RLP_MALFORMED"
  /** RLP is fine, but a field has the wrong shape, length, range or count. */
  | "FIELD_INVALID"
  /** A value has no canonical encoding (a function, a cycle, a lone surrogate, …). */
  | "VALUE_UNENCODABLE"
  /** A type tag that this version does not know. */
  | "TYPE_UNKNOWN"
  /** Larger than the limit named in the details. */
  | "TOO_LARGE";

/** Bytes or values that break this package's formats. */
export class ProtocolError extends CodedError<ProtocolErrorCode> {}

/** States an invariant of our own code. A broken one stops loudly: it is a bug, never bad input. */
export function assert(condition: unknown, invariant: string): asserts condition {
  if (!condition) throw new Error(`invariant broken: ${invariant}`);
}
