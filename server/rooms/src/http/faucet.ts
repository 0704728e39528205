import { contractAddresses, gamePassAbi } from "@weft/contracts";
import type { Sender } from "@weft/node";
import type { Address, FaucetResponse } from "@weft/protocol";
import { encodeFunctionData, parseEventLogs } from "viem";
import { RoomsError } from "../errors.ts";
import { KeyedBuckets } from "../limit/keyedBuckets.ts";
import { TokenBucket } from "../limit/tokenBucket.ts";
import {
  FAUCET_BURST,
  FAUCET_PAUSE_MS,
  FAUCET_PER_SECOND,
  FAUCET_WEI,
  MAX_TRACKED_ADDRESSES,
} from "../limits.ts";

/** Gives newcomers a pass and ZKPoW, as the contracts' owner: for development. */
export class Faucet {
  readonly #owner: Sender;
  readonly #nowMs: () => number;
  readonly #all: TokenBucket;
  readonly #each = new KeyedBuckets({
    perSecond: 1000 / FAUCET_PAUSE_MS,
    burst: 1,
    maxKeys: MAX_TRACKED_ADDRESSES,
  });

  constructor(owner: Sender, nowMs: () => number) {
    this.#owner = owner;
    this.#nowMs = nowMs;
    this.#all = new TokenBucket(FAUCET_PER_SECOND, FAUCET_BURST, nowMs());
  }

  /** @throws RoomsError RATE_LIMITED; NodeError when the ZK chain refuses. */
  async give(address: Address): Promise<FaucetResponse> {
    const nowMs = this.#nowMs();
    if (!this.#each.take(address, nowMs) || !this.#all.take(nowMs)) {
      throw new RoomsError("RATE_LIMITED", "the faucet gives rarely, try again in a few seconds");
    }
    const data = encodeFunctionData({ abi: gamePassAbi, functionName: "mint", args: [address] });
    const [minted] = await Promise.all([
      this.#owner.send({ to: contractAddresses.gamePass, data }),
      this.#owner.send({ to: address, value: FAUCET_WEI }),
    ]);
    const [transfer] = parseEventLogs({
      abi: gamePassAbi,
      eventName: "Transfer",
      logs: minted.logs,
    });
    if (transfer === undefined) throw new Error("GamePass minted without a Transfer event");
    return { pass: transfer.args.tokenId.toString(), amountWei: FAUCET_WEI.toString() };
  }
}
