import { randomBytes } from "node:crypto";
import { proveOwnership } from "@weft/circuits";
import { readArtifact } from "@weft/circuits/node";
import { gamePassAbi, gamePassCommitmentsSlot } from "@weft/contracts";
import type { WeftNode } from "@weft/node";
import {
  type Address,
  bytesToBigint,
  bytesToHex,
  type ChainNumber,
  chainNumber,
  FIELD_MODULUS,
  fieldToHash,
  type Hash,
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
import { createWalletClient, http, publicActions, toHex } from "viem";
import type { RawPlayer } from "./rawPlayer.ts";

/** Holds a pass, binds it, and makes real proofs of that, or ones for something else. */

const wasm = await readArtifact("wasm");
const zkey = await readArtifact("zkey");

export type OwnershipRequest = LoginRequest & { readonly login: OwnershipLoginRequest };

/** The ZK chain's state as of a block, and the proof of what is in the pass's slot. */
export type PassState = {
  readonly zkNumber: ChainNumber;
  readonly stateRoot: Hash;
  readonly stateProof: StateProof;
};

/** What a proof is made for; all of it right unless something else is asked for. */
export type ProofChange = {
  readonly grant?: Partial<SessionGrant>;
  readonly season?: number;
  readonly zkChainId?: number;
  readonly state?: PassState;
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

  async #write(functionName: "bind" | "transferFrom", args: readonly unknown[]): Promise<void> {
    const { account } = this.wallet;
    const transport = http(this.#node.rpc.zkUrl);
    const client = createWalletClient({ account, transport }).extend(publicActions);
    const address = this.#node.contracts.gamePass;
    const call = { abi: gamePassAbi, address, functionName, args, chain: null };
    const hash = await client.writeContract(call as never);
    const { status } = await client.waitForTransactionReceipt({ hash, pollingInterval: 50 });
    if (status !== "success") throw new Error(`${functionName} failed`);
  }

  /** Binds the pass to this holder's secret. */
  bind(): Promise<void> {
    return this.#write("bind", [this.#pass, fieldToHash(identityCommitment(this.#secret))]);
  }

  /** Gives the pass away, which unbinds it. */
  transfer(to: Address): Promise<void> {
    return this.#write("transferFrom", [this.wallet.address, to, this.#pass]);
  }

  /** The state of this moment. */
  async state(): Promise<PassState> {
    const { zkClient, contracts } = this.#node;
    const block = await zkClient.getBlock();
    const slot = toHex(gamePassCommitmentsSlot + this.#pass, { size: 32 });
    const answer = (await zkClient.request({
      method: "weft_getStateProof",
      params: [contracts.gamePass, [slot], toHex(block.number)],
    } as never)) as { storage: { proof: StateProof }[] };
    const stateProof = answer.storage[0]?.proof;
    if (stateProof === undefined) throw new Error("no proof of the slot");
    const zkNumber = chainNumber(Number(block.number));
    return { zkNumber, stateRoot: block.stateRoot, stateProof };
  }

  /** A login for a session of the player's key. It is right, but for what `change` makes the proof be of. */
  async request(player: RawPlayer, change: ProofChange = {}): Promise<OwnershipRequest> {
    const { fastChainId, zkChainId } = this.#node;
    const grant = this.grant(player, change.grant);
    const { zkNumber, stateRoot, stateProof } = change.state ?? (await this.state());
    const { game } = grant;
    const season = change.season ?? 0;
    const chains = { fastChainId, zkChainId: (change.zkChainId as never) ?? zkChainId };
    const scope = ownershipScope({ ...chains, game, season });
    const binding = ownershipBinding(fastChainId, grant);
    const contract = this.#node.fastChain.genesis.gamePass;
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
