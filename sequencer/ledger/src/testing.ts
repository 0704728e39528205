/** For the tests of stores that are made elsewhere. */
export { blockStoreSuite } from "./blockStoreSuite.ts";
