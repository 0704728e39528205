import {
  type Address,
  chainId,
  type Hash,
  type Hex,
  ledgerHeight,
  timestampMs,
} from "@weft/protocol";
import { z } from "zod";

/** Fields of what a server sends. Objects keep to what they know: a newer server may say more. */
const uint = z.int().min(0);

const hexOf = <T extends Hex>(sizeBytes: number) =>
  z
    .string()
    .regex(new RegExp(`^0x[0-9a-fA-F]{${sizeBytes * 2}}$`))
    .transform((hex) => hex.toLowerCase() as T);

export const field = {
  uint,
  address: hexOf<Address>(20),
  hash: hexOf<Hash>(32),
  chainId: uint.transform(chainId),
  height: uint.transform(ledgerHeight),
  timestampMs: uint.transform(timestampMs),
  /** A decimal bigint, as JSON carries it. */
  decimal: z
    .string()
    .regex(/^[0-9]{1,78}$/)
    .transform(BigInt),
  bytes: z.instanceof(Uint8Array),
};
