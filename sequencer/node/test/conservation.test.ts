import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractAddresses, portalAbi } from "@weft/contracts";
import { coinAbi, coinCreationCode } from "@weft/contracts/testing";
import { fastPortalAbi } from "@weft/fast-chain";
import { type Hex, hexToBytes, keccak256, utf8ToBytes, ZERO_ADDRESS } from "@weft/protocol";
import fc from "fast-check";
import { encodeDeployData, encodeFunctionData, parseAbi, parseGwei } from "viem";
import { type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { expect, test } from "vitest";
import {
  lowerAddress,
  silentLogger,
  startNode,
  verifyLedger,
  type WeftNode,
} from "../src/index.ts";

const portal = lowerAddress(contractAddresses.portal);
const ACCOUNTS = [1, 2, 3].map((n) => privateKeyToAccount(keccak256(utf8ToBytes(`holder ${n}`))));
const FUNDS = 10n ** 18n;
const COINS = 10n ** 6n;
/** More than everything that can wait takes: a ZK block a second. */
const SETTLE_MS = 60_000;
const portalCall = { abi: portalAbi } as const;
const fastCall = { abi: fastPortalAbi } as const;

type Step =
  | {
      kind: "deposit" | "withdraw" | "transfer";
      asset: "ZKPoW" | "coin";
      from: number;
      to: number;
      amount: bigint;
    }
  | { kind: "restart" };

const move = fc.record({
  kind: fc.constantFrom("deposit", "deposit", "withdraw", "withdraw", "transfer"),
  asset: fc.constantFrom("ZKPoW", "coin"),
  from: fc.nat({ max: 2 }),
  to: fc.nat({ max: 2 }),
  amount: fc.bigInt({ min: 1n, max: 1000n }),
});
const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: move },
    { weight: 1, arbitrary: fc.constant({ kind: "restart" }) },
  ),
  { minLength: 4, maxLength: 16 },
) as fc.Arbitrary<Step[]>;

type Move = Exclude<Step, { kind: "restart" }>;

/** Sends without waiting for blocks, so that what crosses overlaps as it may. Refusals are fine. */
class Traffic {
  readonly #coin: Hex;
  readonly #zkNonces = new Map<string, number>();

  constructor(coin: Hex) {
    this.#coin = coin;
  }

  async move(node: WeftNode, step: Move): Promise<void> {
    const from = ACCOUNTS[step.from] as PrivateKeyAccount;
    const to = lowerAddress((ACCOUNTS[step.to] as PrivateKeyAccount).address);
    if (step.kind !== "deposit") await this.#onFastChain(node, from, to, step);
    else if (step.asset === "ZKPoW") {
      const data = encodeFunctionData({ ...portalCall, functionName: "deposit", args: [to] });
      await this.sendZk(node, from, { to: portal, data, value: step.amount });
    } else {
      const args = [this.#coin, step.amount, to] as const;
      const data = encodeFunctionData({ ...portalCall, functionName: "depositToken", args });
      await this.sendZk(node, from, { to: portal, data });
    }
  }

  async sendZk(
    node: WeftNode,
    from: PrivateKeyAccount,
    call: { to: Hex; data: Hex; value?: bigint },
  ): Promise<void> {
    const nonce = this.#zkNonces.get(from.address) ?? 0;
    this.#zkNonces.set(from.address, nonce + 1);
    const fees = { maxFeePerGas: parseGwei("20"), maxPriorityFeePerGas: 1n };
    const raw = await from.signTransaction({
      type: "eip1559",
      chainId: node.zkChainId,
      ...{ ...call, nonce, gas: 300_000n, ...fees },
    });
    await node.zkChain.submit(hexToBytes(raw));
  }

  async #onFastChain(
    node: WeftNode,
    from: PrivateKeyAccount,
    to: Hex,
    { kind, asset, amount }: Move,
  ): Promise<void> {
    const token = asset === "coin" ? this.#coin : ZERO_ADDRESS;
    const data =
      kind === "withdraw"
        ? encodeFunctionData({ ...fastCall, functionName: "withdraw", args: [token, amount, to] })
        : encodeFunctionData({ ...fastCall, functionName: "transfer", args: [token, to, amount] });
    const request = { method: "eth_getTransactionCount", params: [from.address, "latest"] };
    const nonce = Number(await node.rpc.fast.request(request));
    const raw = await from.signTransaction({
      type: "eip1559",
      chainId: node.fastChainId,
      ...{ to: portal, data, nonce, gas: 100_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n },
    });
    const sent = node.fastChain.submit({ type: "signed", raw: hexToBytes(raw) });
    await sent.catch((error) => expect(error.code).toBe("INSUFFICIENT_BALANCE"));
  }
}

/** A coin of which every account has some, as it has ZKPoW. */
async function deployCoin(node: WeftNode): Promise<Hex> {
  const abi = parseAbi(coinAbi);
  const args = ["Coin", "CN", FUNDS] as const;
  const data = encodeDeployData({ abi, bytecode: coinCreationCode, args });
  const { contractAddress } = await node.operator.send({ data });
  const coin = lowerAddress(contractAddress as Hex);
  await Promise.all(
    ACCOUNTS.flatMap(({ address }) => [
      node.operator.send({ to: lowerAddress(address), value: FUNDS }),
      node.operator.send({
        to: coin,
        data: encodeFunctionData({ abi, functionName: "transfer", args: [address, COINS] }),
      }),
    ]),
  );
  return coin;
}

async function run(steps: readonly Step[], dataDir: string): Promise<void> {
  const start = () => startNode({ dataDir, rpc: { port: 0 }, logger: silentLogger });
  let node = await start();
  try {
    const coin = await deployCoin(node);
    const traffic = new Traffic(coin);
    const approve = { abi: parseAbi(coinAbi), functionName: "approve" } as const;
    const data = encodeFunctionData({ ...approve, args: [portal, COINS] });
    for (const account of ACCOUNTS) await traffic.sendZk(node, account, { to: coin, data });
    for (const step of steps) {
      if (step.kind === "restart") {
        // The mempool is in memory: what waits in it is lost with the process, so it is let through.
        await settled(node);
        await node.stop();
        node = await start();
      } else {
        await traffic.move(node, step);
      }
    }
    await settled(node);
    const { ledger, fastChainId, zkChainId } = node;
    // Checks at every height that the portal holds what the fast chain owes.
    await verifyLedger({ ledger, fastChainId, zkChainId });
  } finally {
    await node.stop();
  }
}

/** Waits until nothing is on its way between the chains, or waits for a block. */
async function settled(node: WeftNode): Promise<void> {
  const read = (functionName: "nextDepositNonce" | "nextReleaseNonce") =>
    node.zkClient.readContract({ address: portal, abi: portalAbi, functionName });
  const count = (address: Hex, blockTag: "latest" | "pending") =>
    node.zkClient.getTransactionCount({ address, blockTag });
  await expect
    .poll(
      async () => {
        const waiting = await Promise.all(
          ACCOUNTS.map(async ({ address }) => {
            return (await count(address, "pending")) - (await count(address, "latest"));
          }),
        );
        const { deposits, withdrawals } = node.fastChain;
        const [taken, released] = [await read("nextDepositNonce"), await read("nextReleaseNonce")];
        return [...waiting, deposits - taken, withdrawals - released].map(Number);
      },
      { timeout: SETTLE_MS },
    )
    .toEqual([0, 0, 0, 0, 0]);
}

test("whatever crosses when, and through restarts, nothing is made or lost", {
  timeout: 600_000,
}, async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (list) => {
      const dataDir = mkdtempSync(join(tmpdir(), "weft-conservation-"));
      try {
        await run(list, dataDir);
      } finally {
        rmSync(dataDir, { recursive: true, force: true });
      }
    }),
    // Looking for a smaller example would start a node for each try.
    { numRuns: 5, endOnFailure: true },
  );
});
