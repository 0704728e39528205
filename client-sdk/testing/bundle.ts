import { dirname } from "node:path";
import { build } from "vite";

/** Bundles a module for browsers with Vite, its workers too. The module becomes `page.js`, with its exports. */
export async function bundleWithVite(modulePath: string, outDir: string): Promise<void> {
  await build({
    configFile: false,
    root: dirname(modulePath),
    publicDir: false,
    logLevel: "error",
    worker: { format: "es" },
    build: {
      outDir,
      emptyOutDir: true,
      minify: false,
      // what is in here is for Chromium of today
      target: "esnext",
      modulePreload: false,
      rolldownOptions: {
        input: modulePath,
        preserveEntrySignatures: "strict",
        output: { entryFileNames: "page.js" },
      },
    },
  });
}
