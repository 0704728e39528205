import { describe, test } from "vitest";
import { findChromium } from "./findChromium.ts";

const NO_CHROMIUM =
  "no Chromium on this machine: install it (Debian: apt-get install chromium), or give its path in CHROMIUM_PATH";

/** As vitest's `describe`, of what needs Chromium. Where there is none, the report says so. */
export function describeInChromium(name: string, define: () => void): void {
  if (findChromium() === undefined) test(name, ({ skip }) => skip(NO_CHROMIUM));
  else describe(name, define);
}
