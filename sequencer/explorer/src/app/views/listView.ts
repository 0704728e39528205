import { html, type TemplateResult } from "lit-html";
import { LIST_PER_PAGE } from "../limits.ts";
import { createLoadedView } from "../loadedView.ts";
import { formatCount } from "../ui/format.ts";
import { pager, reachNote } from "../ui/parts.ts";
import type { View, ViewContext } from "../view.ts";

type ListAnswer = { readonly total: number; readonly fromHeight: number };

/** A page with a list, newest first, that grows as the ledger does. */
export function createListView<Answer extends ListAnswer>(
  context: ViewContext,
  options: {
    readonly title: string;
    readonly lead: string;
    readonly unit: string;
    readonly method: string;
    readonly show: (answer: Answer) => TemplateResult;
  },
): View {
  let offset = 0;
  const { title, lead, unit, method } = options;
  const view = createLoadedView<Answer>(context, {
    title,
    load: () => context.rpc.call("fast", method, { limit: LIST_PER_PAGE, offset }),
    show(answer) {
      const go = (from: number) => {
        offset = from;
        view.reload();
      };
      const { total } = answer;
      return html`<h1>${title} <span class="count">${formatCount(total)}</span></h1>
        <p class="lead">${lead}</p>
        ${options.show(answer)}
        ${pager({ from: offset, perPage: LIST_PER_PAGE, total, unit, go })}
        ${reachNote(answer.fromHeight)}`;
    },
    isLive: () => offset === 0,
  });
  return view;
}
