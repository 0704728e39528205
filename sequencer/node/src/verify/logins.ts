import { contractAddresses, gamePassAbi } from "@weft/contracts";
import type { Block, FastTransaction, OpenSession } from "@weft/protocol";
import type { ZkChain } from "@weft/zk-chain";
import { decodeFunctionResult, encodeFunctionData } from "viem";
import { NodeError } from "../errors.ts";
import { lowerAddress } from "../genesis.ts";

const gamePass = lowerAddress(contractAddresses.gamePass);

/**
 * What the fast chain's own rules can't see of a login: that the wallet had the pass, in the ZK block that the
 * host says it looked at.
 */
export class Logins {
  readonly #zkChain: Pick<ZkChain, "call">;
  #open: OpenSession[] = [];

  constructor(zkChain: Pick<ZkChain, "call">) {
    this.#zkChain = zkChain;
  }

  applied(transaction: FastTransaction): void {
    if (transaction.type === "openSession" && transaction.login.type === "wallet") {
      this.#open.push(transaction);
    }
  }

  /** The block was checked before. */
  forget(): void {
    this.#open = [];
  }

  /**
   * Checks the logins of a block, on the ZK chain as it is below that block.
   * @throws NodeError LOGIN_NOT_OWNER
   */
  async check(block: Block): Promise<void> {
    const logins = this.#open;
    this.#open = [];
    for (const login of logins) await this.#checkOwner(block, login);
  }

  async #checkOwner({ header }: Block, { login, zkNumber, grant }: OpenSession): Promise<void> {
    if (login.type !== "wallet") return;
    const call = { abi: gamePassAbi, functionName: "ownerOf", args: [login.pass] } as const;
    const { height } = header;
    const refuse = (problem: string, cause?: unknown): never => {
      const message = `height ${height}: ${problem}`;
      const details = { height, pass: login.pass, owner: login.owner, zkNumber, game: grant.game };
      throw new NodeError("LOGIN_NOT_OWNER", message, { details, cause });
    };
    const answer = await this.#zkChain
      .call({ to: gamePass, data: encodeFunctionData(call) }, zkNumber)
      .catch((cause) => refuse(`nobody had pass ${login.pass} in ZK block ${zkNumber}`, cause));
    const owner = lowerAddress(decodeFunctionResult({ ...call, data: answer }));
    if (owner !== login.owner) refuse(`${login.owner} didn't have pass ${login.pass}`);
  }
}
