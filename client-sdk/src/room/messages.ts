import {
  type ComeBack,
  type CoSignRequest,
  decodeCoSignRequest,
  decodeValue,
  type Finality,
  finalityOf,
  type Moved,
  type Refusal,
  type RoundNews,
  type SealRequest,
  type StateStamp,
  type Value,
  type Welcome,
} from "@weft/protocol";
import { z } from "zod";
import { ClientError } from "../errors.ts";
import { field } from "../fields.ts";

const laneHead = z.object({ seq: field.uint, hash: field.hash });

const welcomeSchema: z.ZodType<Welcome> = z.object({
  chainId: field.chainId,
  room: field.address,
  lane: field.uint,
  head: laneHead,
  sealed: field.uint,
  keptForMs: field.uint,
});

const sealRequestSchema: z.ZodType<SealRequest> = z.object({ roundId: field.hash, head: laneHead });

const coSignRequestSchema: z.ZodType<CoSignRequest> = field.bytes.transform(decodeCoSignRequest);

const finalitySchema: z.ZodType<Finality> = z
  .tuple([field.uint, field.uint, field.height, field.uint])
  .transform(finalityOf);

const comeBackSchema: z.ZodType<ComeBack> = z.object({ retryAfterMs: field.uint });

const movedSchema: z.ZodType<Moved> = z.object({ roomId: z.string().min(1) });

const stampSchema: z.ZodType<StateStamp> = z.tuple([
  field.uint,
  field.uint,
  field.uint,
  field.uint,
  field.uint,
  field.uint.nullable(),
]);

const refusalSchema = z.object({
  code: z.string(),
  message: z.string(),
  seq: field.uint.optional(),
  expected: field.uint.optional(),
});

const roundSchema = z.discriminatedUnion("phase", [
  z.object({
    phase: z.literal("opened"),
    roundId: field.hash,
    cap: field.uint,
    deadlineMs: field.timestampMs,
  }),
  z.object({
    phase: z.literal("reported"),
    roundId: field.hash,
    results: field.bytes.transform((bytes) => decodeValue(bytes)),
    minted: z.array(
      z.object({ tokenId: field.decimal, to: field.address, item: z.string() }).readonly(),
    ),
    transactionHash: field.hash,
    coSigned: field.uint,
    withheld: field.uint,
  }),
  z.object({ phase: z.literal("void"), roundId: field.hash, code: z.string() }),
]);

type NewsOf<Phase extends RoundNews["phase"]> = Extract<RoundNews, { phase: Phase }>;

/** A prize: a token of GameItems on the ZK chain. */
export type MintedItem = Omit<NewsOf<"reported">["minted"][number], "tokenId"> & {
  readonly tokenId: bigint;
};

/** What became of a round: as `RoundNews`, with results and token ids decoded. */
export type RoundUpdate =
  | NewsOf<"opened">
  | (Omit<NewsOf<"reported">, "results" | "minted"> & {
      /** What the game said of the round. */
      readonly results: Value;
      readonly minted: readonly MintedItem[];
    })
  | NewsOf<"void">;

/** Reads what a server says. @throws ClientError RESPONSE_INVALID */
function reader<T>(name: string, schema: z.ZodType<T>): (message: unknown) => T {
  return (message) => {
    try {
      return schema.parse(message);
    } catch (cause) {
      throw new ClientError("RESPONSE_INVALID", `the server sent a malformed ${name}`, { cause });
    }
  };
}

export const readWelcome = reader("welcome", welcomeSchema);
export const readComeBack = reader("word to come back", comeBackSchema);
export const readMoved = reader("word of a move", movedSchema);
export const readFinality = reader("finality", finalitySchema);
export const readStamp = reader("stamp", stampSchema);
export const readRefusal: (message: unknown) => Refusal = reader(
  "refusal",
  refusalSchema as z.ZodType<Refusal>,
);
export const readSealRequest = reader("request to seal", sealRequestSchema);
export const readCoSignRequest = reader("request to co-sign", coSignRequestSchema);
export const readRound: (message: unknown) => RoundUpdate = reader("round's news", roundSchema);
