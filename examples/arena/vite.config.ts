import { defineConfig } from "vite";

/** `npx vite` in this folder serves the page with hot reload; the game server is another one then: `?server=http://localhost:2567`. */
export default defineConfig({
  root: import.meta.dirname,
  base: "/",
  publicDir: false,
  logLevel: "warn",
  worker: { format: "es" },
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
