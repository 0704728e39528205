import {
  contractAddresses,
  gamePassAbi,
  portalAbi,
  type ReportArgs,
  roundReportsAbi,
} from "@weft/contracts";
import { coinAbi, coinCreationCode } from "@weft/contracts/testing";
import { type Address, type Hex, hexToBytes, keccak256, utf8ToBytes } from "@weft/protocol";
import { encodeDeployData, encodeFunctionData, pad, parseAbi, parseEther, parseGwei } from "viem";
import { generatePrivateKey, type PrivateKeyAccount, privateKeyToAccount } from "viem/accounts";
import { lowerAddress, type WeftNode } from "../../src/index.ts";
import { coSignAll, createSessions } from "./testSessions.ts";

const portal = lowerAddress(contractAddresses.portal);
const roundReports = lowerAddress(contractAddresses.roundReports);
const gamePass = lowerAddress(contractAddresses.gamePass);
const coin = parseAbi(coinAbi);

export const game = keccak256(utf8ToBytes("arena"));
export const caps = { maxCap: 3, capWithoutQuorum: 1, mintsPerDay: 7 };
/** What Alice has on the fast chain. */
export const deposited = { native: parseEther("5"), coins: 700n };
export const roundIdOf = (name: string) => keccak256(utf8ToBytes(name));

export function reportOf(name: string, to: Address, prizes: number): ReportArgs {
  return {
    roundId: roundIdOf(name),
    room: pad("0x40", { size: 32 }),
    fromHeight: 1n,
    toHeight: 2n,
    actions: 3n,
    actionsRoot: roundIdOf("actions"),
    resultsHash: roundIdOf("results"),
    mints: Array.from({ length: prizes }, () => ({ to, item: pad("0xcc", { size: 32 }) })),
  };
}

/** A signed transaction straight into the ZK chain, by somebody who isn't the operator. */
async function sendZk(
  { zkChain, zkChainId }: WeftNode,
  from: PrivateKeyAccount,
  nonce: number,
  call: { to: Address; data: Hex; value?: bigint },
): Promise<void> {
  const fees = { maxFeePerGas: parseGwei("20"), maxPriorityFeePerGas: 1n };
  const raw = await from.signTransaction({
    type: "eip1559",
    chainId: zkChainId,
    ...{ ...call, nonce, gas: 300_000n, ...fees },
  });
  await zkChain.submit(hexToBytes(raw));
}

/**
 * A chain with something to steal: Alice has value on the fast chain, three players are in a round, an
 * earlier one of theirs is reported. The contracts' owner is a key that the node doesn't have.
 */
export async function createHonestWorld(node: WeftNode) {
  const { operator, zkChainId } = node;
  const alice = privateKeyToAccount(generatePrivateKey());
  const owner = privateKeyToAccount(generatePrivateKey());
  const players = createSessions(3);
  const ids = players.map(({ id }) => id);
  const call = (functionName: "openRound" | "registerGame" | "report", args: readonly unknown[]) =>
    operator.send({
      to: roundReports,
      data: encodeFunctionData({ abi: roundReportsAbi, functionName, args } as never),
    });

  const constructed = encodeDeployData({
    abi: coin,
    bytecode: coinCreationCode,
    args: ["Coin", "CN", deposited.coins],
  });
  const deadline = BigInt(Math.floor(Date.now() / 1000) + 3600);
  const [{ contractAddress }] = await Promise.all([
    operator.send({ data: constructed }),
    operator.send({ to: lowerAddress(alice.address), value: parseEther("10") }),
    operator.send({ to: lowerAddress(owner.address), value: parseEther("1") }),
    call("registerGame", [game, { operator: operator.address, ...caps }]),
  ]);
  const token = lowerAddress(contractAddress ?? "0x");
  const earlier = reportOf("earlier", lowerAddress(alice.address), 1);
  const coSignatures = coSignAll(players, zkChainId, earlier);
  const handOver = encodeFunctionData({
    abi: roundReportsAbi,
    functionName: "transferOwnership",
    args: [owner.address],
  });
  await Promise.all([
    operator.send({
      to: token,
      data: encodeFunctionData({
        abi: coin,
        functionName: "transfer",
        args: [alice.address, deposited.coins],
      }),
    }),
    call("openRound", [earlier.roundId, game, 3, deadline, ids]),
    call("openRound", [roundIdOf("honest"), game, 3, deadline, ids]),
    operator.send({ to: roundReports, data: handOver }),
    operator.send({ to: gamePass, data: handOver }),
  ]);
  await call("report", [earlier, ids, coSignatures]);

  const accept = encodeFunctionData({ abi: gamePassAbi, functionName: "acceptOwnership" });
  await sendZk(node, owner, 0, { to: roundReports, data: accept });
  await sendZk(node, owner, 1, { to: gamePass, data: accept });
  const approve = { abi: coin, functionName: "approve", args: [portal, deposited.coins] } as const;
  await sendZk(node, alice, 0, { to: token, data: encodeFunctionData(approve) });
  const deposit = { abi: portalAbi, functionName: "deposit", args: [alice.address] } as const;
  const value = deposited.native;
  await sendZk(node, alice, 1, { to: portal, data: encodeFunctionData(deposit), value });
  const args = [token, deposited.coins, alice.address] as const;
  const data = encodeFunctionData({ abi: portalAbi, functionName: "depositToken", args });
  await sendZk(node, alice, 2, { to: portal, data });
  return { alice, owner, players, ids, token, earlier, coSignatures, deadline };
}

export type HonestWorld = Awaited<ReturnType<typeof createHonestWorld>>;
