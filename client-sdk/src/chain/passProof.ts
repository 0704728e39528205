import { gamePassCommitmentsSlot } from "@weft/contracts";
import {
  type Address,
  type ChainNumber,
  chainNumber,
  type Hash,
  STATE_LEAF,
  type StateProof,
  stateKey,
  verifyStateProof,
} from "@weft/protocol";
import { type PublicClient, toHex } from "viem";
import { z } from "zod";
import { ClientError } from "../errors.ts";
import { field } from "../fields.ts";
import { MAX_PASS_BUCKET, STATE_PROOF_SLOTS } from "../limits.ts";

/** What the ZK chain's state says of a pass, proven. */
export type PassProof = {
  readonly blockNumber: ChainNumber;
  /** That block's. */
  readonly stateRoot: Hash;
  readonly stateProof: StateProof;
  /** What is bound to the pass; zero when nothing is. */
  readonly commitment: bigint;
};

export type PassProofRequest = {
  /** GamePass. */
  readonly contract: Address;
  readonly pass: bigint;
  /** Consecutive passes among which the server can't tell which one is meant. */
  readonly bucketSize: number;
};

/** As far as it is used here. `verifyStateProof` looks at the proof itself. */
const answerSchema = z.object({
  storage: z.array(z.object({ slot: field.hash, proof: z.custom<StateProof>() })),
});

/** Token ids are below this. */
const PASS_LIMIT = 2n ** 64n;

/**
 * Proves what is bound to a pass in the ZK chain's newest state. The server is asked for the whole bucket that holds the
 * pass, always in the same way, so it learns no more than the bucket.
 * @throws ClientError OPTIONS_INVALID, RESPONSE_INVALID when a proof doesn't hold; what viem throws when there is no answer
 */
export async function readPassProof(
  zk: PublicClient,
  { contract, pass, bucketSize }: PassProofRequest,
): Promise<PassProof> {
  checkRequest(pass, bucketSize);
  const block = await zk.getBlock();
  const size = BigInt(bucketSize);
  const first = pass - (pass % size);
  const slots = Array.from({ length: bucketSize }, (_, i) => slotOf(first + BigInt(i)));
  const proofs: StateProof[] = [];
  for (let from = 0; from < slots.length; from += STATE_PROOF_SLOTS) {
    const asked = slots.slice(from, from + STATE_PROOF_SLOTS);
    const params = [contract, asked, toHex(block.number)];
    const answer = await zk.request({ method: "weft_getStateProof", params } as never);
    proofs.push(...readAnswer(answer, asked));
  }
  const stateProof = proofs[Number(pass - first)];
  if (stateProof === undefined) throw invalid("not as many proofs as were asked for");
  const key = stateKey(contract, STATE_LEAF.storage, gamePassCommitmentsSlot + pass);
  const commitment = verify({ root: block.stateRoot, key }, stateProof);
  const blockNumber = chainNumber(Number(block.number));
  return { blockNumber, stateRoot: block.stateRoot, stateProof, commitment };
}

function checkRequest(pass: bigint, bucketSize: number): void {
  if (typeof pass !== "bigint" || pass < 0n || pass >= PASS_LIMIT) {
    throw new ClientError("OPTIONS_INVALID", `there is no pass ${pass}`);
  }
  if (!Number.isInteger(bucketSize) || bucketSize < 1 || bucketSize > MAX_PASS_BUCKET) {
    const message = `passBucketSize must be a whole number from 1 to ${MAX_PASS_BUCKET}`;
    throw new ClientError("OPTIONS_INVALID", message);
  }
}

const slotOf = (pass: bigint): Hash => toHex(gamePassCommitmentsSlot + pass, { size: 32 });

function readAnswer(answer: unknown, asked: readonly Hash[]): readonly StateProof[] {
  const parsed = answerSchema.safeParse(answer);
  if (!parsed.success) throw invalid("not the state's proofs", parsed.error);
  const { storage } = parsed.data;
  const isComplete =
    storage.length === asked.length && storage.every(({ slot }, i) => slot === asked[i]);
  if (!isComplete) throw invalid("not the proofs that were asked for");
  return storage.map(({ proof }) => proof);
}

function verify(expected: { root: Hash; key: Hash }, proof: StateProof): bigint {
  try {
    return verifyStateProof(expected, proof);
  } catch (cause) {
    throw invalid("the state's proof doesn't hold", cause);
  }
}

function invalid(message: string, cause?: unknown): ClientError {
  return new ClientError("RESPONSE_INVALID", `weft_getStateProof: ${message}`, { cause });
}
