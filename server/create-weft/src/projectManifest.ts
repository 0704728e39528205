import { join } from "node:path";
import type { Checkout } from "./checkout.ts";

const WEFT_PACKAGES = {
  "@weft/client-sdk": "client-sdk",
  "@weft/game": "server/game",
  "@weft/rooms": "server/rooms",
} as const;
const WEFT_DEV_PACKAGES = {
  "@weft/cli": "server/cli",
  "@weft/testing": "server/testing",
} as const;
/**
 * These have to be the very copies that Weft's packages use: a class of a second copy of @colyseus/schema is
 * another class. `node` is the Node that runs TypeScript as it is.
 */
const SHARED_PACKAGES = ["@colyseus/schema", "node", "viem", "zod"];
const SHARED_DEV_PACKAGES = ["@types/node", "typescript", "vitest"];

/** A project's package.json, whose packages are links into a checkout. */
export function projectManifest(name: string, { dir }: Checkout): object {
  const link = (path: string) => `file:${join(dir, path)}`;
  const links = (weft: Readonly<Record<string, string>>, shared: readonly string[]) =>
    Object.fromEntries(
      [
        ...Object.entries(weft).map(([one, path]) => [one, link(path)] as const),
        ...shared.map((one) => [one, link(join("node_modules", one))] as const),
      ].sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  return {
    name,
    version: "0.1.0",
    private: true,
    type: "module",
    scripts: {
      // Without `exec` the shell between npm and the server would keep signals to itself.
      start: "exec node src/server.ts",
      dev: "exec node src/server.ts --dev",
      test: "vitest run",
      check: "tsc -p .",
      verify: "weft verify data --games src/game.ts",
      rounds: "weft rounds data",
    },
    dependencies: links(WEFT_PACKAGES, SHARED_PACKAGES),
    devDependencies: links(WEFT_DEV_PACKAGES, SHARED_DEV_PACKAGES),
  };
}
