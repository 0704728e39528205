import { type Browser, chromium } from "playwright-core";
import { findChromium } from "./findChromium.ts";

/** Longest that Chromium may take to start, or a page to load, on a busy machine. */
export const START_TIMEOUT_MS = 60_000;

/**
 * Starts Chromium, without a window.
 * @throws Error where there is none; see `describeInChromium`
 */
export async function startChromium(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("there is no Chromium on this machine");
  // Chromium has no sandbox for root, as whom CI runs; what is loaded is our own.
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  return chromium.launch({ executablePath, args, timeout: START_TIMEOUT_MS });
}
