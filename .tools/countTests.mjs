/**
 * Counts what vitest's JSON report says. A test file that failed without a failed test in it (it did
 * not load, a hook threw) counts as one failure, so that it can't pass unseen.
 * @param {unknown} report
 * @returns {{ passed: number, failed: number, unsteady: { name: string, message: string }[] }}
 *   `unsteady`: tests that failed at first and passed when they were tried again
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
  return {
    passed: numPassedTests,
    failed: numFailedTests + brokenFiles.length,
    unsteady: testResults.flatMap(({ assertionResults }) => findUnsteady(assertionResults)),
  };
}

/**
 * A test that passed has messages of failures when it was tried before.
 * @param {{ status: string, fullName?: string, failureMessages?: string[] }[]} tests
 */
function findUnsteady(tests) {
  return tests
    .filter(({ status, failureMessages = [] }) => status === "passed" && failureMessages.length > 0)
    .map(({ fullName = "", failureMessages = [] }) => ({
      name: fullName,
      message: failureMessages.join("\n"),
    }));
}
