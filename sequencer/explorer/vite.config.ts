import { defineConfig } from "vite";
import { EXPLORER_PATH } from "./src/serve/explorerPages.ts";

export default defineConfig({
  root: import.meta.dirname,
  base: `${EXPLORER_PATH}/`,
  publicDir: false,
  logLevel: "warn",
  build: {
    outDir: "dist/page",
    emptyOutDir: true,
    target: "es2024",
    // would be an inline script, which the page's own policy forbids
    modulePreload: { polyfill: false },
    // no file becomes a data: address
    assetsInlineLimit: 0,
  },
});
