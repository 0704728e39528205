import { CodedError } from "@weft/protocol";

export type PageErrorCode =
  /** There is no wallet in this browser. */
  | "WALLET_MISSING"
  /** The wallet, or its person, said no. */
  | "WALLET_REFUSED"
  /** The page can't draw: no 2D canvas. */
  | "CANVAS_MISSING";

/** What goes wrong in the page itself. */
export class PageError extends CodedError<PageErrorCode> {}
