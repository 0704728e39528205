/**
 * Counts what vitest's JSON report says. A test file that failed without a failed test in it (it did
 * not load, a hook threw) counts as one failure, so that it can't pass unseen.
 * @param {unknown} report
 * @returns {{ passed: number, failed: number }}
 */
export function countTests(report) {
  const { numPassedTests, numFailedTests, testResults } =
    /** @type {{ numPassedTests?: unknown, numFailedTests?: unknown, testResults?: unknown }} */ (
      report ?? {}
    );
  if (
    typeof numPassedTests !== "number" ||
    typeof numFailedTests !== "number" ||
    !Array.isArray(testResults)
  ) {
    throw new TypeError("not a JSON report of vitest");
  }
  const brokenFiles = testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" &&
      !assertionResults.some((/** @type {{ status: string }} */ test) => test.status === "failed"),
  );
  return { passed: numPassedTests, failed: numFailedTests + brokenFiles.length };
}
