import { fastPortalAbi } from "@weft/fast-chain";
import type { Address } from "@weft/protocol";
import { encodeFunctionData } from "viem";
import { ASSETS, FAST_CHAIN, PORTAL } from "../constants.ts";
import { codeOf } from "../core/codeOf.ts";
import type { Lifetime } from "../core/lifetime.ts";
import type { Random } from "../core/random.ts";
import { type Wallet, walletOf } from "../keys/wallet.ts";
import type { Ask } from "../network/rpc.ts";

export type TraderOptions = {
  readonly index: number;
  /** Who there is to pay. */
  readonly owners: readonly Address[];
  readonly life: Lifetime;
  readonly random: Random;
  readonly ask: Ask;
  readonly trace: (text: string) => void;
  /** The server said that the transaction is on disk. */
  readonly onAcknowledged: (raw: Uint8Array) => void;
};

/** Refusals after which the same transaction would only be refused again. */
const FINAL = new Set(["INSUFFICIENT_BALANCE", "Error: BalanceTooLow"]);
const NONCE_WRONG = new Set(["TX_NONCE_TOO_LOW", "TX_NONCE_TOO_HIGH"]);
/** So often a nonce may be wrong: the first times, the transaction is just on its way to the disk. */
const MAX_NONCE_WRONG = 6;
const GAS = { type: "eip1559", gas: 100_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n } as const;

/** A wallet that pays, and takes value from one chain to the other and back; each transaction until it is acknowledged. */
export class Trader {
  readonly name: string;
  readonly #options: TraderOptions;
  readonly #wallet: Wallet;
  #isTrading = true;
  #isBusy = false;
  #nonces = { fast: 0, zk: 0 };

  constructor(options: TraderOptions) {
    this.#options = options;
    this.name = `trader${options.index}`;
    this.#wallet = walletOf(this.name);
  }

  get isSettled(): boolean {
    return !this.#isBusy;
  }

  finish(): void {
    this.#isTrading = false;
  }

  /** Trades until `finish`. Never rejects. */
  async trade(): Promise<void> {
    const { life, random } = this.#options;
    await life.wait(random.between(50, 400));
    while (this.#isTrading) {
      this.#isBusy = true;
      const hasNothing = this.#nonces.zk === 0;
      await (hasNothing || random.chance(0.3) ? this.#deposit() : this.#spend());
      this.#isBusy = false;
      await life.wait(random.between(20, 400));
    }
  }

  async #deposit(): Promise<void> {
    const { random, owners } = this.#options;
    const asset = ASSETS[this.#nonces.zk % ASSETS.length] as Address;
    const amount = BigInt(random.int(1000, 9000));
    const recipient = random.chance(0.7) ? this.#wallet.address : random.pick(owners);
    const nonce = this.#nonces.zk;
    const from = this.#wallet.address;
    const op = { type: "deposit" as const, ...{ from, nonce, asset, amount, recipient } };
    const isIn = await this.#until(`deposit ${nonce}`, async (server) => {
      if (server.nonceOf(from).zk > nonce) return server.whenAllDurable();
      return server.submitZk(op);
    });
    if (isIn) this.#nonces.zk++;
  }

  async #spend(): Promise<void> {
    const nonce = this.#nonces.fast;
    const raw = this.#wallet.signTransaction({
      ...GAS,
      chainId: FAST_CHAIN,
      nonce,
      ...this.#call(),
    });
    const isIn = await this.#until(`transaction ${nonce}`, (server) =>
      server.submit({ type: "signed", raw }),
    );
    if (isIn) {
      this.#nonces.fast++;
      this.#options.onAcknowledged(raw);
      return;
    }
    // A request that was repeated on its way may get through when the first one didn't.
    const { ask, life } = this.#options;
    await ask(life, this.name, (server) => {
      this.#nonces.fast = server.nonceOf(this.#wallet.address).fast;
    }).catch(() => {});
  }

  #call(): { to: Address; value?: bigint; data?: `0x${string}` } {
    const { random, owners } = this.#options;
    const amount = BigInt(random.int(1, 900));
    const asset = random.pick(ASSETS);
    const recipient = random.pick(owners);
    if (random.chance(0.3)) return { to: recipient, value: amount };
    const functionName = random.chance(0.5) ? "withdraw" : "transfer";
    const args = [
      asset,
      functionName === "withdraw" ? amount : recipient,
      functionName === "withdraw" ? recipient : amount,
    ];
    const data = encodeFunctionData({ abi: fastPortalAbi, functionName, args: args as never });
    return { to: PORTAL, data };
  }

  /** Tries until it is done, or refused for good. */
  async #until(what: string, run: Parameters<Ask>[2]): Promise<boolean> {
    const { ask, life, random, trace } = this.#options;
    for (let wrong = 0; wrong < MAX_NONCE_WRONG; ) {
      try {
        await ask(life, this.name, run);
        trace(`${this.name} has ${what}`);
        return true;
      } catch (error) {
        const code = codeOf(error);
        trace(`${this.name} has no ${what}: ${code}`);
        if (FINAL.has(code)) return false;
        if (NONCE_WRONG.has(code)) wrong++;
      }
      await life.wait(random.between(50, 300));
    }
    return false;
  }
}
