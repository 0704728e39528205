import {
  type Address,
  chainNumber,
  GROTH16_PROOF_BYTES,
  type Hash,
  type Hex,
  type LogoutRequest,
  MAX_LANES,
  MAX_LOGIN_BYTES,
  MAX_NAME_BYTES,
  MAX_SEASON,
  type TimestampMs,
  ZERO_ADDRESS,
} from "@weft/protocol";
import { z } from "zod";

/** Lower case only: text that is signed and bytes that are hashed must agree on it. */
const hex = <T extends Hex>(bytes: number) =>
  z.custom<T>(
    (value) => typeof value === "string" && value.length === 2 + 2 * bytes && isHex(value),
    { error: `${bytes} bytes as lower-case hexadecimal after 0x expected` },
  );

const isHex = (value: string) => /^0x[0-9a-f]*$/.test(value);

const time = z
  .int()
  .nonnegative()
  .transform((value) => value as TimestampMs);

/** A pass's number fits 64 bits, as its slot in GamePass does. */
const pass = z
  .string()
  .regex(/^(0|[1-9][0-9]{0,19})$/)
  .refine((digits) => BigInt(digits) < 2n ** 64n, { error: "a pass's number is below 2^64" });

export const loginBody = z.strictObject({
  grant: z.strictObject({
    sessionKey: hex(64),
    game: z.string().min(1).max(MAX_NAME_BYTES),
    // A prize for nobody would make the whole round's report fail.
    payout: hex<Address>(20).refine((address) => address !== ZERO_ADDRESS, {
      error: "prizes need somebody to go to",
    }),
    expiresAtMs: time,
  }),
  login: z.discriminatedUnion("type", [
    z.strictObject({
      type: z.literal("wallet"),
      message: z.string().min(1).max(MAX_LOGIN_BYTES),
      signature: hex(65),
      owner: hex<Address>(20),
      pass,
    }),
    z.strictObject({
      type: z.literal("ownership"),
      zkNumber: z.int().nonnegative().transform(chainNumber),
      stateRoot: hex<Hash>(32),
      contract: hex<Address>(20),
      season: z.int().nonnegative().max(MAX_SEASON),
      scope: hex<Hash>(32),
      binding: hex<Hash>(32),
      nullifier: hex<Hash>(32),
      proof: hex(GROTH16_PROOF_BYTES),
      issuedAtMs: time,
      signature: hex(64),
    }),
  ]),
});
export type LoginBody = z.output<typeof loginBody>;

export const logoutBody: z.ZodType<LogoutRequest> = z.object({
  sessionId: hex<Hash>(32),
  issuedAtMs: time,
  signature: hex(64),
});

export const faucetBody = z.object({ address: hex<Address>(20) });

/** Colyseus's join options, under the key `weft`: `JoinOptions`. */
export const joinOptions = z.object({
  ticket: z.object({
    sessionId: hex<Hash>(32),
    game: z.string().min(1).max(MAX_NAME_BYTES),
    issuedAtMs: time,
  }),
  signature: hex(64),
  resume: z
    .int()
    .nonnegative()
    .max(MAX_LANES - 1)
    .optional(),
});
export type ParsedJoinOptions = z.output<typeof joinOptions>;
