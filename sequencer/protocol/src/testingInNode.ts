/** For tests and benchmarks elsewhere that run in Node. */
export { reservePort } from "./reservePort.ts";
export { type TestSessionKey, testSessionKey } from "./testSessionKey.ts";
