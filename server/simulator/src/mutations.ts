import type { DiskMutation } from "./disk/simulatedBlocks.ts";
import type { ZkMutation } from "./zk/zkState.ts";

/**
 * Faults that nothing may have. A simulation with one of them must fail: that is how the checks are checked.
 * `acknowledgesEarly`, `forgetsOnCrash`: the disk. `paysTwice`, `mintsTwice`: the ZK chain, and who reports to it.
 * `welcomesEarly`, `answersEarly`: a player gets a place, or a wallet an answer, before it is on disk.
 * `runsTwice`: the room runs a frame that it has run. `losesDeposit`: less arrives on the fast chain than the portal took in.
 * `sendsAgain`: a client that came back sends as new what it has sent.
 */
export type Mutation =
  | DiskMutation
  | ZkMutation
  | "welcomesEarly"
  | "answersEarly"
  | "runsTwice"
  | "losesDeposit"
  | "sendsAgain";

export const MUTATIONS = [
  "acknowledgesEarly",
  "forgetsOnCrash",
  "paysTwice",
  "mintsTwice",
  "welcomesEarly",
  "answersEarly",
  "runsTwice",
  "losesDeposit",
  "sendsAgain",
] as const satisfies readonly Mutation[];
