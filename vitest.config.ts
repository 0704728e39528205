import { defineConfig } from "vitest/config";

/** A guard against hanging, far beyond what a test takes on a busy machine; no test waits for it to pass. */
const TIMEOUT_MS = 120_000;

export default defineConfig({
  test: {
    // `**` does not enter folders whose name starts with a dot
    include: ["**/*.test.ts", ".tools/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    environment: "node",
    // Processes, not threads: LMDB, secp256k1 and Colyseus's matchmaker keep state per process.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
    teardownTimeout: TIMEOUT_MS,
  },
});
