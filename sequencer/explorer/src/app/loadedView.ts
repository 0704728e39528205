import type { TemplateResult } from "lit-html";
import { REFRESH_MS } from "./limits.ts";
import { failedMessage, loadingMessage, missingMessage } from "./ui/messages.ts";
import type { View, ViewContext } from "./view.ts";

export type LoadedViewOptions<Data> = {
  readonly title: string;
  /** Null for what isn't there. */
  readonly load: () => Promise<Data | null>;
  readonly show: (data: Data) => TemplateResult;
  /** What it says when there is nothing; default: what was asked for. */
  readonly missing?: string;
  /** Whether what was loaded may still change: then it is loaded again as the ledger grows. */
  readonly isLive?: (data: Data) => boolean;
};

/** A page about something that the node is asked for. */
export function createLoadedView<Data>(
  { live, redraw }: ViewContext,
  options: LoadedViewOptions<Data>,
): View & { reload(): void } {
  let data: Data | null | undefined;
  let error: Error | undefined;
  let isLoading = false;
  let isStopped = false;
  let loadedHeight = -1;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function load(): Promise<void> {
    isLoading = true;
    loadedHeight = live.headHeight;
    try {
      data = await options.load();
      error = undefined;
    } catch (cause) {
      error = cause as Error;
    }
    isLoading = false;
    if (isStopped) return;
    redraw();
    follow();
  }

  /** Asks again when the ledger has grown, and not too often. */
  function follow(): void {
    const mayChange = data === null || data === undefined || options.isLive?.(data) === true;
    if (!mayChange || isLoading || timer !== undefined) return;
    if (error === undefined && live.headHeight <= loadedHeight) return;
    timer = setTimeout(() => {
      timer = undefined;
      if (!isStopped) void load();
    }, REFRESH_MS);
  }

  const stopListening = live.listen(follow);
  void load();
  return {
    title: options.title,
    template() {
      if (data !== undefined && data !== null) return options.show(data);
      if (error !== undefined) return failedMessage(options.title, error);
      if (data === null) return missingMessage(options.title, options.missing);
      return loadingMessage(options.title);
    },
    reload: () => void load(),
    stop() {
      isStopped = true;
      clearTimeout(timer);
      stopListening();
    },
  };
}
