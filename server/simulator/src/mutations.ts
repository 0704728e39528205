import type { DiskMutation } from "./disk/simulatedBlocks.ts";
import type { ZkMutation } from "./zk/zkState.ts";

/**
 * Faults that no store, chain or room may have. A simulation with one of them must fail: that is how the checks are checked.
 * `runsTwice`: the room runs a frame that it has run. `losesDeposit`: less arrives on the fast chain than the portal took in.
 * `sendsAgain`: a client that came back sends as new what it has sent.
 */
export type Mutation = DiskMutation | ZkMutation | "runsTwice" | "losesDeposit" | "sendsAgain";

export const MUTATIONS = [
  "acknowledgesEarly",
  "forgetsOnCrash",
  "paysTwice",
  "mintsTwice",
  "runsTwice",
  "losesDeposit",
  "sendsAgain",
] as const satisfies readonly Mutation[];
