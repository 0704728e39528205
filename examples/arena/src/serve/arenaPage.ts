import { join } from "node:path";
import { type BuiltPages, createBuiltPages } from "@weft/explorer/pages";
import type { GameServerOptions } from "@weft/rooms";

type Application = Parameters<NonNullable<GameServerOptions["express"]>>[0];

/** Made by the checkout's set-up. */
const BUILT = join(import.meta.dirname, "../../dist/page");

/**
 * The page is at the top of the game server, so that the address to play at is the shortest there is. It may run its own
 * scripts, WebAssembly among them; proving starts workers from blob: addresses; and it talks to its game server and
 * the node behind that.
 */
function contentPolicy(rpcOrigin: string): string {
  return [
    "default-src 'none'",
    "script-src 'self' 'wasm-unsafe-eval'",
    "worker-src 'self' blob:",
    "style-src 'self'",
    "img-src 'self'",
    `connect-src 'self' ${rpcOrigin} ${rpcOrigin.replace(/^http/, "ws")}`,
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/**
 * The arena's page, as routes of a game server: `express: (app) => serveArenaPage(app, …)`.
 * @param rpcUrl of the node; asked for when somebody asks for the page
 */
export function serveArenaPage(app: Application, rpcUrl: () => string): void {
  const pages = createBuiltPages({
    path: "",
    name: "the arena",
    folder: BUILT,
    policy: () => contentPolicy(new URL(rpcUrl()).origin),
  });
  for (const path of ["/", "/index.html", "/assets/:name"]) serve(app, path, pages);
}

function serve(app: Application, path: string, pages: BuiltPages): void {
  app.get(path, async (request, response) => {
    const acceptsGzip = /\bgzip\b/.test(request.get("accept-encoding") ?? "");
    const { status, headers, body } = await pages.answer({ url: request.url, acceptsGzip });
    response.set({ ...headers, "content-length": String(body.length) });
    response.status(status).end(request.method === "HEAD" ? undefined : Buffer.from(body));
  });
}
