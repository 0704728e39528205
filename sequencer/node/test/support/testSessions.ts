import type { CoSignatureArgs, ReportArgs } from "@weft/contracts";
import { coSign, type RoundPlayer } from "@weft/contracts/testing";
import { testLogin } from "@weft/fast-chain/testing";
import { type ChainId, type ChainNumber, type OpenSession, timestampMs } from "@weft/protocol";
import type { PrivateKeyAccount } from "viem/accounts";
import { lowerAddress } from "../../src/index.ts";

/** All of them co-sign a report. */
export const coSignAll = (
  players: readonly RoundPlayer[],
  chainId: ChainId,
  report: ReportArgs,
): CoSignatureArgs[] => coSign(players, [...players.keys()], report, chainId);

/** A login for a pass, by a wallet that need not own it: the fast chain alone can't tell. */
export async function loginWith(
  { sessionKey }: RoundPlayer,
  wallet: PrivateKeyAccount,
  pass: bigint,
  chainId: ChainId,
): Promise<OpenSession> {
  const payout = lowerAddress(wallet.address);
  const expiresAtMs = timestampMs(Date.now() + 3_600_000);
  const grant = { sessionKey, game: "arena", payout, expiresAtMs };
  const login = await testLogin(wallet, grant, pass, chainId);
  return { grant, login, zkNumber: 1 as ChainNumber };
}
