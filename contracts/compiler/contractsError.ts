import { CodedError } from "@weft/protocol";

export type ContractsErrorCode =
  /** The compiler reported errors; the details hold its messages. */
  | "COMPILE_FAILED"
  /** A source is missing, or outside the folders that sources may be in. */
  | "SOURCE_UNREADABLE"
  /** The compiler's answer does not have the shape that its documentation gives it. */
  | "COMPILER_OUTPUT_INVALID";

/** What goes wrong when contracts are compiled. */
export class ContractsError extends CodedError<ContractsErrorCode> {}
