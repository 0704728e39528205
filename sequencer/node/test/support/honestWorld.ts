import { contractAddresses, portalAbi, type ReportArgs, roundReportsAbi } from "@weft/contracts";
import { coinAbi, coinCreationCode, createPlayers } from "@weft/contracts/testing";
import { type Address, type Hex, keccak256, utf8ToBytes } from "@weft/protocol";
import { encodeDeployData, encodeFunctionData, pad, parseAbi, parseEther } from "viem";
import { generatePrivateKey, privateKeyToAccount } from "viem/accounts";
import { lowerAddress, type WeftNode } from "../../src/index.ts";
import { sendZk } from "./sendZk.ts";
import { coSignAll } from "./testSessions.ts";

const portal = lowerAddress(contractAddresses.portal);
const roundReports = lowerAddress(contractAddresses.roundReports);
const coin = parseAbi(coinAbi);

export const game = keccak256(utf8ToBytes("arena"));
export const caps = { maxCap: 3, capWithoutQuorum: 1, mintsPerDay: 7 };
/** What Alice has on the fast chain. */
export const deposited = { native: parseEther("5"), coins: 700n };
/** Sends a call as the contracts' owner. */
export type AsOwner = (call: { to: Address; data: Hex }) => Promise<unknown>;

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

/** What the contracts' owner registers of the game. */
export function registerCall(operator: Address, change: Partial<typeof caps> = {}) {
  const args = [game, { operator, ...caps, ...change }] as const;
  const data = encodeFunctionData({ abi: roundReportsAbi, functionName: "registerGame", args });
  return { to: roundReports, data };
}

/**
 * A chain with something to steal: Alice has value on the fast chain, three players are in a round, an
 * earlier one of theirs is reported.
 */
export async function createHonestWorld(node: WeftNode, asOwner: AsOwner) {
  const { operator, zkChainId } = node;
  const alice = privateKeyToAccount(generatePrivateKey());
  const players = createPlayers(3);
  const ids = players.map(({ id }) => id);
  const call = (functionName: "openRound" | "report", args: readonly unknown[]) =>
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
    asOwner(registerCall(operator.address)),
  ]);
  const token = lowerAddress(contractAddress ?? "0x");
  const earlier = reportOf("earlier", lowerAddress(alice.address), 1);
  const coSignatures = coSignAll(players, zkChainId, earlier);
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
  ]);
  await call("report", [earlier, ids, coSignatures]);

  const approve = { abi: coin, functionName: "approve", args: [portal, deposited.coins] } as const;
  await sendZk(node, alice, { to: token, data: encodeFunctionData(approve) });
  const deposit = { abi: portalAbi, functionName: "deposit", args: [alice.address] } as const;
  const value = deposited.native;
  await sendZk(node, alice, { to: portal, data: encodeFunctionData(deposit), value });
  const args = [token, deposited.coins, alice.address] as const;
  const data = encodeFunctionData({ abi: portalAbi, functionName: "depositToken", args });
  await sendZk(node, alice, { to: portal, data });
  return { alice, players, ids, token, earlier, coSignatures, deadline };
}

export type HonestWorld = Awaited<ReturnType<typeof createHonestWorld>>;
