import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** A guard against hanging, far beyond what a test takes on a busy machine; no test waits for it to pass. */
const TIMEOUT_MS = 120_000;

/** The same, for a state that a test waits for. Shorter, so that it is said what was there instead. */
const POLL_TIMEOUT_MS = 60_000;

/** Of minutes: begun last, one of them would keep the others waiting alone. */
const LONGEST = ["server/cli/test/faults/kill.test.ts", "server/simulator/test/simulation.test.ts"];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const isLong = ({ moduleId }: TestSpecification) =>
      LONGEST.some((path) => moduleId.endsWith(path));
    const sorted = await super.sort(files);
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))];
  }
}

export default defineConfig({
  test: {
    // `**` does not enter folders whose name starts with a dot
    include: ["**/*.test.ts", ".tools/**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    environment: "node",
    // Processes, not threads: LMDB, secp256k1 and Colyseus's matchmaker keep state per process.
    pool: "forks",
    maxWorkers: 2,
    sequence: { sequencer: LongestFirst },
    testTimeout: TIMEOUT_MS,
    hookTimeout: TIMEOUT_MS,
    teardownTimeout: TIMEOUT_MS,
    // Otherwise a second.
    expect: { poll: { timeout: POLL_TIMEOUT_MS } },
  },
});
