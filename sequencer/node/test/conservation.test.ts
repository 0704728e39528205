import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { contractAddresses, portalAbi } from "@weft/contracts";
import { fastPortalAbi } from "@weft/fast-chain";
import { type Hex, hexToBytes, keccak256, utf8ToBytes, ZERO_ADDRESS } from "@weft/protocol";
import fc from "fast-check";
import { encodeFunctionData, parseGwei } from "viem";
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

type Step =
  | { kind: "deposit" | "withdraw" | "transfer"; from: number; to: number; amount: bigint }
  | { kind: "restart" };

const move = fc.record({
  kind: fc.constantFrom("deposit", "deposit", "withdraw", "withdraw", "transfer"),
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

/** Sends without waiting for blocks, so that what crosses overlaps as it may. Refusals are fine. */
class Traffic {
  readonly #zkNonces = new Map<string, number>();

  async send(node: WeftNode, step: Exclude<Step, { kind: "restart" }>): Promise<void> {
    const from = ACCOUNTS[step.from] as PrivateKeyAccount;
    const to = lowerAddress((ACCOUNTS[step.to] as PrivateKeyAccount).address);
    if (step.kind === "deposit") await this.#deposit(node, from, to, step.amount);
    else await this.#onFastChain(node, from, to, step);
  }

  async #deposit(node: WeftNode, from: PrivateKeyAccount, to: Hex, value: bigint): Promise<void> {
    const nonce = this.#zkNonces.get(from.address) ?? 0;
    this.#zkNonces.set(from.address, nonce + 1);
    const data = encodeFunctionData({ abi: portalAbi, functionName: "deposit", args: [to] });
    const fees = { maxFeePerGas: parseGwei("20"), maxPriorityFeePerGas: 1n };
    const raw = await from.signTransaction({
      type: "eip1559",
      chainId: node.zkChainId,
      ...{ to: portal, data, value, nonce, gas: 200_000n, ...fees },
    });
    await node.zkChain.submit(hexToBytes(raw));
  }

  async #onFastChain(
    node: WeftNode,
    from: PrivateKeyAccount,
    to: Hex,
    { kind, amount }: { kind: string; amount: bigint },
  ): Promise<void> {
    const args = [ZERO_ADDRESS, amount, to] as const;
    const call =
      kind === "transfer"
        ? { to, value: amount }
        : {
            to: portal,
            data: encodeFunctionData({ abi: fastPortalAbi, functionName: "withdraw", args }),
          };
    const request = { method: "eth_getTransactionCount", params: [from.address, "latest"] };
    const nonce = Number(await node.rpc.fast.request(request));
    const raw = await from.signTransaction({
      type: "eip1559",
      chainId: node.fastChainId,
      ...{ ...call, nonce, gas: 100_000n, maxFeePerGas: 0n, maxPriorityFeePerGas: 0n },
    });
    const sent = node.fastChain.submit({ type: "signed", raw: hexToBytes(raw) });
    await sent.catch((error) => expect(error.code).toBe("INSUFFICIENT_BALANCE"));
  }
}

async function run(steps: readonly Step[], dataDir: string): Promise<void> {
  const start = () => startNode({ dataDir, rpc: { port: 0 }, logger: silentLogger });
  let node = await start();
  try {
    await Promise.all(
      ACCOUNTS.map(({ address }) =>
        node.operator.send({ to: lowerAddress(address), value: FUNDS }),
      ),
    );
    const traffic = new Traffic();
    for (const step of steps) {
      if (step.kind === "restart") {
        // The mempool is in memory: what waits in it is lost with the process, so it is let through.
        await settled(node);
        await node.stop();
        node = await start();
      } else {
        await traffic.send(node, step);
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
    .poll(async () => {
      const waiting = await Promise.all(
        ACCOUNTS.map(async ({ address }) => {
          return (await count(address, "pending")) - (await count(address, "latest"));
        }),
      );
      const { deposits, withdrawals } = node.fastChain;
      const [taken, released] = [await read("nextDepositNonce"), await read("nextReleaseNonce")];
      return [...waiting, deposits - taken, withdrawals - released].map(Number);
    })
    .toEqual([0, 0, 0, 0, 0]);
}

test("whatever crosses when, and through restarts, nothing is made or lost", {
  timeout: 180_000,
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
    { numRuns: 5 },
  );
});
