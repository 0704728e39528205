/** For the simulator, which runs these on a clock and a ZK chain of its own. */
export { type ProducerClock, ZkBlockProducer } from "./zkBlockProducer.ts";
export { beginOrContinueZkChain, depositsFrom } from "./zkStart.ts";
