import { randomBytes } from "node:crypto";
import { proveOwnership } from "@weft/circuits";
import { readArtifact } from "@weft/circuits/node";
import { gamePassAbi, gamePassCommitmentsSlot } from "@weft/contracts";
import type { WeftNode } from "@weft/node";
import {
  type Address,
  bytesToBigint,
  bytesToHex,
  type ChainId,
  type ChainNumber,
  chainNumber,
  FIELD_MODULUS,
  fieldToHash,
  type Hash,
  type Hex,
  identityCommitment,
  joinTicketMessage,
  type LoginRequest,
  OWNERSHIP_LOGIN_GAME,
  type OwnershipLoginRequest,
  ownershipBinding,
  ownershipScope,
  type SessionGrant,
  type StateProof,
  sessionIdOf,
  timestampMs,
} from "@weft/protocol";
import { createWalletClient, encodeFunctionData, http, publicActions, toHex } from "viem";
import type { RawPlayer } from "./rawPlayer.ts";

/** Holds a pass, binds it, and makes real proofs of that, or ones for something else. */

const wasm = await readArtifact("wasm");
const zkey = await readArtifact("zkey");

export type OwnershipRequest = LoginRequest & { readonly login: OwnershipLoginRequest };

/** The ZK chain's state as of a block, and the proof of what is in the pass's slot. */
type PassState = {
  readonly zkNumber: ChainNumber;
  readonly stateRoot: Hash;
  readonly stateProof: StateProof;
};

/** What a proof is made for; all of it right unless something else is asked for. */
export type ProofChange = {
  readonly grant?: Partial<SessionGrant>;
  readonly season?: number;
  readonly zkChainId?: ChainId;
  readonly fastChainId?: ChainId;
  readonly contract?: Address;
};

export class PassHolder {
  readonly wallet: RawPlayer;
  readonly #node: WeftNode;
  readonly #secret = bytesToBigint(randomBytes(32)) % FIELD_MODULUS;

  constructor(wallet: RawPlayer, node: WeftNode) {
    this.wallet = wallet;
    this.#node = node;
  }

  get #pass(): bigint {
    return BigInt(this.wallet.pass);
  }

  get #slot(): Hex {
    return toHex(gamePassCommitmentsSlot + this.#pass, { size: 32 });
  }

  get #commitment(): Hash {
    return fieldToHash(identityCommitment(this.#secret));
  }

  async #send(transaction: { readonly to?: Address; readonly data: Hex }) {
    const { account } = this.wallet;
    const transport = http(this.#node.rpc.zkUrl);
    const client = createWalletClient({ account, transport }).extend(publicActions);
    const hash = await client.sendTransaction({ ...transaction, chain: null });
    const receipt = await client.waitForTransactionReceipt({ hash, pollingInterval: 50 });
    if (receipt.status !== "success") throw new Error("the transaction failed");
    return receipt;
  }

  async #write(functionName: "bind" | "transferFrom", args: readonly unknown[]): Promise<void> {
    const data = encodeFunctionData({ abi: gamePassAbi, functionName, args } as never);
    await this.#send({ to: this.#node.contracts.gamePass, data });
  }

  /** Binds the pass to this holder's secret. */
  bind(): Promise<void> {
    return this.#write("bind", [this.#pass, this.#commitment]);
  }

  /** Gives the pass away, which unbinds it. */
  transfer(to: Address): Promise<void> {
    return this.#write("transferFrom", [this.wallet.address, to, this.#pass]);
  }

  /** A contract of the holder's own that has the commitment where GamePass would have it. */
  async imitateGamePass(): Promise<Address> {
    const [push32, sstore, stop] = ["7f", "55", "00"];
    const words = [this.#commitment, this.#slot].map((word) => push32 + word.slice(2));
    const { contractAddress } = await this.#send({ data: `0x${words.join("")}${sstore}${stop}` });
    if (!contractAddress) throw new Error("no contract was made");
    return contractAddress.toLowerCase() as Address;
  }

  /** The state of this moment. */
  async #state(contract: Address): Promise<PassState> {
    const { zkClient } = this.#node;
    const block = await zkClient.getBlock();
    const answer = (await zkClient.request({
      method: "weft_getStateProof",
      params: [contract, [this.#slot], toHex(block.number)],
    } as never)) as { storage: { proof: StateProof }[] };
    const stateProof = answer.storage[0]?.proof;
    if (stateProof === undefined) throw new Error("no proof of the slot");
    const zkNumber = chainNumber(Number(block.number));
    return { zkNumber, stateRoot: block.stateRoot, stateProof };
  }

  /** A login for a session of the player's key. It is right, but for what `change` makes the proof be of. */
  async request(player: RawPlayer, change: ProofChange = {}): Promise<OwnershipRequest> {
    const { gamePass } = this.#node.fastChain.genesis;
    const { fastChainId, zkChainId, season, contract } = {
      ...{ fastChainId: this.#node.fastChainId, zkChainId: this.#node.zkChainId },
      ...{ season: 0, contract: gamePass },
      ...change,
    };
    const grant = this.grant(player, change.grant);
    const { zkNumber, stateRoot, stateProof } = await this.#state(contract);
    const scope = ownershipScope({ fastChainId, zkChainId, game: grant.game, season });
    const binding = ownershipBinding(fastChainId, grant);
    const witness = { secret: this.#secret, tokenId: this.#pass, contract, scope, binding };
    const made = await proveOwnership({ wasm, zkey, witness: { ...witness, stateProof } });
    const login = {
      type: "ownership" as const,
      ...{ zkNumber, stateRoot, contract, season },
      scope: fieldToHash(scope),
      binding: fieldToHash(binding),
      nullifier: fieldToHash(made.nullifier),
      proof: bytesToHex(made.proof),
    };
    return { grant, login: { ...login, ...this.signed(player, grant) } };
  }

  grant(player: RawPlayer, change: Partial<SessionGrant> = {}): SessionGrant {
    return {
      sessionKey: player.sessionKey,
      game: "tally",
      payout: player.address,
      expiresAtMs: timestampMs(Date.now() + 3_600_000),
      ...change,
    };
  }

  /** The session key's signature of this moment. */
  signed(player: RawPlayer, grant: SessionGrant, issuedAtMs = timestampMs(Date.now())) {
    const { fastChainId } = this.#node;
    const ticket = {
      sessionId: sessionIdOf(fastChainId, grant),
      game: OWNERSHIP_LOGIN_GAME,
      issuedAtMs,
    };
    const signature = bytesToHex(player.sign(joinTicketMessage(fastChainId, ticket)));
    return { issuedAtMs, signature };
  }
}
