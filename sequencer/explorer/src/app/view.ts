import type { TemplateResult } from "lit-html";
import type { LiveLedger } from "./live/liveLedger.ts";
import type { Rpc } from "./rpc/rpc.ts";

/** One page's content, for as long as it is shown. */
export type View = {
  /** Of the document; the heading says it too. */
  readonly title: string;
  template(): TemplateResult;
  stop?(): void;
};

export type ViewContext = {
  readonly rpc: Rpc;
  readonly live: LiveLedger;
  /** Something has changed: the page is drawn again with the next frame. */
  redraw(): void;
  /** Shows another page instead of this one, without a step back to this one. */
  replace(hash: string): void;
};
