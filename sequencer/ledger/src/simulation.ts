/** For the simulator, which puts a disk of its own under the store. */
export { type BlockFiles, type CommitEntry, GroupCommitStore } from "./groupCommitStore.ts";
