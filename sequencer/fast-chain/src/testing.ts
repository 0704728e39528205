/** For tests and benchmarks elsewhere. */
export { testLogin } from "./testLogin.ts";
