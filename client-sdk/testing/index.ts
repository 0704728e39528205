/** Runs modules and pages in real Chromium, for tests. Needs vitest, Vite and playwright-core, so it is no part of the SDK. */
export { describeInChromium } from "./describeInChromium.ts";
export { type BrowserPage, openPage, type PageOptions } from "./openPage.ts";
export { startChromium } from "./startChromium.ts";
export { createWalletProvider } from "./walletProvider.ts";
