import { type ChainNumber, chainNumber, hexToBytes, type LoginRequest } from "@weft/protocol";
import { createSiweMessage, parseSiweMessage, type SiweMessage } from "viem/siwe";
import { RoomsError } from "../errors.ts";
import type { LoginVerifier, VerifiedLogin } from "./loginVerifier.ts";
import type { Nonces } from "./nonces.ts";

type WalletRequest = Extract<LoginRequest["login"], { type: "wallet" }>;

export type WalletLoginOptions = {
  readonly nonces: Pick<Nonces, "check">;
  /** Hosts that the server goes by, with their ports, as wallets show them. */
  readonly domains: () => ReadonlySet<string>;
  /** The pass's owner in lower case, undefined where there is no such pass, and the block that says so. */
  readonly ownerOf: (pass: bigint) => Promise<PassOwner>;
  readonly nowMs: () => number;
};

export type PassOwner = { readonly owner: string | undefined; readonly zkNumber: ChainNumber };

/**
 * Login by an EIP-4361 message. What the message grants, for which chain, and its signature are rules of the
 * fast chain, which checks them when the session opens; here is what only this server can know.
 */
export function createWalletLogin(options: WalletLoginOptions): LoginVerifier<WalletRequest> {
  return {
    type: "wallet",
    async verify(login, grant): Promise<VerifiedLogin> {
      const message = readMessage(login.message);
      checkDomain(message, options.domains());
      checkTimes(message, options.nowMs());
      options.nonces.check(message.nonce, options.nowMs());
      const pass = BigInt(login.pass);
      const { owner, zkNumber } = await options.ownerOf(pass);
      if (owner === undefined) {
        throw new RoomsError("PASS_UNKNOWN", `there is no pass ${pass}`, { details: { pass } });
      }
      if (owner !== login.owner) {
        throw new RoomsError("PASS_NOT_OWNED", `pass ${pass} isn't ${login.owner}'s`, {
          details: { pass, owner },
        });
      }
      const { type, message: text, signature } = login;
      const proof = {
        type,
        message: text,
        signature: hexToBytes(signature),
        owner: login.owner,
        pass,
      };
      return {
        open: { type: "openSession", grant, login: proof, zkNumber: chainNumber(zkNumber) },
        nonce: message.nonce,
      };
    },
  };
}

/**
 * A parser that skips what it doesn't understand could be shown another message than a person was: only
 * the one text that these fields have is taken.
 */
function readMessage(text: string): SiweMessage {
  try {
    const fields = parseSiweMessage(text) as SiweMessage;
    if (createSiweMessage(fields) === text) return fields;
  } catch (cause) {
    throw new RoomsError("LOGIN_MESSAGE_INVALID", "not an EIP-4361 message", { cause });
  }
  throw new RoomsError("LOGIN_MESSAGE_INVALID", "the EIP-4361 message isn't in its standard form");
}

/** A message that was signed for another site must not log in here: that is what phishing is. */
function checkDomain(message: SiweMessage, domains: ReadonlySet<string>): void {
  if (domains.has(message.domain)) return;
  const known = [...domains].join(", ");
  throw new RoomsError(
    "LOGIN_DOMAIN_WRONG",
    `the message is for ${message.domain}, this server goes by ${known}`,
    { details: { domain: message.domain, known } },
  );
}

function checkTimes({ expirationTime, notBefore }: SiweMessage, nowMs: number): void {
  if (expirationTime === undefined || expirationTime.getTime() <= nowMs) {
    throw new RoomsError("LOGIN_MESSAGE_INVALID", "the message has expired or never does");
  }
  if (notBefore !== undefined && notBefore.getTime() > nowMs) {
    throw new RoomsError("LOGIN_MESSAGE_INVALID", "the message isn't valid yet");
  }
}
