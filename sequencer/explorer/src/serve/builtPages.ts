import { type PageFile, type PageFiles, readFiles } from "./readFiles.ts";

export type BuiltPagesOptions = {
  /** Where it is on its server, such as `/explorer`: the `base` that it was built with. */
  readonly path: string;
  /** What it is called where it isn't built. */
  readonly name: string;
  /** Where Vite has put it. */
  readonly folder: string;
  /** Its content security policy. @param query of the page's address */
  readonly policy: (query: string) => string;
};

/** Answers for a page and its files; it knows of no transport. */
export type BuiltPages = {
  readonly path: string;
  /** @param request.url with the query */
  answer(request: { readonly url: string; readonly acceptsGzip: boolean }): Promise<{
    readonly status: number;
    readonly headers: Readonly<Record<string, string>>;
    readonly body: Uint8Array;
  }>;
};

/**
 * A page that the checkout's set-up has built. Its files are read when first asked for; as long as they aren't there, the
 * page says so and how to build it.
 */
export function createBuiltPages({ path, name, folder, policy }: BuiltPagesOptions): BuiltPages {
  let reading: Promise<PageFiles | undefined> | undefined;

  async function files(): Promise<PageFiles | undefined> {
    reading ??= readFiles(folder);
    const found = await reading.catch(() => undefined);
    // Looked for again when somebody asks again: it may be built by then.
    if (found === undefined) reading = undefined;
    return found;
  }

  const pageHeaders = (query: string) => ({
    ...safetyHeaders,
    "cache-control": "no-cache",
    "content-security-policy": policy(query),
  });

  function plainPage(status: number, title: string, text: string) {
    const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>${title}</title><h1>${title}</h1><p>${text}</p></html>`;
    const headers = { ...pageHeaders(""), "content-type": "text/html; charset=utf-8" };
    return { status, headers, body: Buffer.from(html) };
  }

  const notFound = () =>
    plainPage(404, "Nothing here", `Try <a href="${path}">${path}</a>, ${name}.`);

  const notBuilt = () =>
    plainPage(
      503,
      `Not built: ${name}`,
      "Its server is fine. The page is built when a checkout is set up, by <code>npm start</code>, and here that has failed: what " +
        "<code>npm start</code> said first tells why. By hand: <code>npm run pages:build</code>; then load this page again.",
    );

  return {
    path,
    async answer({ url, acceptsGzip }) {
      const [asked = "", query = ""] = url.split("?");
      const built = await files();
      if (built === undefined) return notBuilt();
      const fileName = asked.slice(path.length).replace(/^\//, "") || "index.html";
      const file = built.get(fileName);
      if (file === undefined) return notFound();
      const headers = fileName === "index.html" ? pageHeaders(query) : assetHeaders;
      return answerWith(file, headers, acceptsGzip);
    },
  };
}

const safetyHeaders = {
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  vary: "accept-encoding",
};

/** Their names have a hash of their contents. */
const assetHeaders = { ...safetyHeaders, "cache-control": "public, max-age=31536000, immutable" };

function answerWith(
  { type, body, gzipped }: PageFile,
  headers: Readonly<Record<string, string>>,
  acceptsGzip: boolean,
) {
  const typed = { ...headers, "content-type": type };
  if (!acceptsGzip) return { status: 200, headers: typed, body };
  return { status: 200, headers: { ...typed, "content-encoding": "gzip" }, body: gzipped };
}
