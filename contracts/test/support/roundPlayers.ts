import { generateKeyPairSync, sign } from "node:crypto";
import { bytesToHex, type ChainId, type SessionKey } from "@weft/protocol";
import type { Hex } from "viem";
import {
  type CoSignatureArgs,
  coSignMessage,
  playerIdOf,
  type ReportArgs,
  toCoSignatureArgs,
} from "../../roundReport.ts";

/** Somebody with a session key. */
export interface RoundPlayer {
  readonly id: Hex;
  readonly sessionKey: SessionKey;
  /** r ‖ s over sha256 of the message, as WebCrypto makes it. */
  sign(message: Uint8Array): Uint8Array;
}

function createPlayer(): RoundPlayer {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const { x = "", y = "" } = publicKey.export({ format: "jwk" });
  const sessionKey = bytesToHex(
    Buffer.concat([x, y].map((part) => Buffer.from(part, "base64url"))),
  );
  return {
    id: playerIdOf(sessionKey),
    sessionKey,
    sign: (message) => sign("sha256", message, { key: privateKey, dsaEncoding: "ieee-p1363" }),
  };
}

/** Players in the order in which a round takes them. */
export function createPlayers(count: number): RoundPlayer[] {
  return Array.from({ length: count }, createPlayer).sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** What the players of these indices say of a report. */
export function coSign(
  players: readonly RoundPlayer[],
  indices: readonly number[],
  report: ReportArgs,
  chainId: ChainId,
): CoSignatureArgs[] {
  const message = coSignMessage(chainId, report);
  return indices.map((index) => {
    const player = players[index];
    if (player === undefined) throw new Error(`there is no player ${index}`);
    return toCoSignatureArgs(index, player.sessionKey, player.sign(message));
  });
}
