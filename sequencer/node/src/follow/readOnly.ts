import { FastChainView } from "@weft/fast-chain";
import { NodeError } from "../errors.ts";

/** A node that follows orders nothing. */
export function refuseTransaction(): Promise<never> {
  const message = "this node follows another one: send transactions there";
  return Promise.reject(new NodeError("FOLLOWER_READ_ONLY", message));
}

/** The fast chain of such a node, for JSON-RPC. */
export class ReadOnlyFastChain extends FastChainView {
  submit(): Promise<never> {
    return refuseTransaction();
  }
}
