import { join } from "node:path";
import { type BuiltPages, createBuiltPages } from "./builtPages.ts";
import { contentPolicy, rpcOrigins } from "./contentPolicy.ts";

/** Where the page is, on the node's RPC port. */
export const EXPLORER_PATH = "/explorer";

/** Made by the checkout's set-up. */
const BUILT = join(import.meta.dirname, "../../dist/page");

/**
 * The explorer, for the node's RPC server.
 * @param options.folder where its files are. Default: where the build puts them.
 */
export function createExplorerPages({ folder = BUILT } = {}): BuiltPages {
  return createBuiltPages({
    path: EXPLORER_PATH,
    name: "the explorer",
    folder,
    policy: (query) => contentPolicy(rpcOrigins(query)),
  });
}
