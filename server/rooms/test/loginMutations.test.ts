import { isDeepStrictEqual } from "node:util";
import { silentLogger } from "@weft/node";
import {
  bytesToHex,
  type ErrorResponse,
  FIELD_MODULUS,
  fieldToHash,
  hexToBytes,
  ownershipBinding,
} from "@weft/protocol";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type OwnershipRequest, PassHolder } from "./passHolder.ts";
import { call, RawPlayer } from "./rawPlayer.ts";
import { startServer, type TestServer } from "./startServer.ts";
import { createTally } from "./testGame.ts";

/** Requests in all, and how many of them are under way at one time. */
const MUTATIONS = 10_000;
const AT_ONCE = 25;
const TIMEOUT_MS = 600_000;

const BASE_FIELD_MODULUS = 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n;

let test1: TestServer;
let holder: PassHolder;
let player: RawPlayer;
let right: OwnershipRequest;
/** What the server has in its log that shouldn't be there. */
const logged: unknown[] = [];

beforeAll(async () => {
  const logger = { ...silentLogger, error: (...entry: unknown[]) => void logged.push(entry) };
  test1 = await startServer({ games: { tally: createTally() }, logger });
  const wallet = new RawPlayer(test1.url);
  await wallet.visitFaucet();
  holder = new PassHolder(wallet, test1.server.node);
  await holder.bind();
  player = new RawPlayer(test1.url);
  right = await holder.request(player);
}, TIMEOUT_MS);
afterAll(() => test1?.server.stop());

/** The login, signed at this moment: nothing is wrong with it. */
function genuine(): OwnershipRequest {
  return sign(right);
}

const sign = (request: OwnershipRequest): OwnershipRequest => ({
  grant: request.grant,
  login: { ...request.login, ...holder.signed(player, request.grant) },
});

/** Makes something else of a genuine request: an object, or text in place of JSON. */
type Mutation = (request: OwnershipRequest) => unknown;

type Fields = Record<string, unknown>;
const parts = ["grant", "login"] as const;
const grantFields = ["sessionKey", "game", "payout", "expiresAtMs"];
const loginFields = [
  ...["type", "zkNumber", "stateRoot", "contract", "season", "scope", "binding"],
  ...["nullifier", "proof", "issuedAtMs", "signature"],
];
const anyField = fc.oneof(
  fc.constantFrom(...grantFields).map((name) => ["grant", name] as const),
  fc.constantFrom(...loginFields).map((name) => ["login", name] as const),
);

function withField(
  request: OwnershipRequest,
  [part, name]: readonly [string, string],
  value: unknown,
) {
  const of = part as (typeof parts)[number];
  return { ...request, [of]: { ...request[of], [name]: value } };
}

function fieldOf(request: OwnershipRequest, [part, name]: readonly [string, string]): unknown {
  return (request[part as "grant"] as Fields)[name];
}

/** A field's value changed by a little: a digit, a number next to it. */
function nudged(value: unknown, at: number, by: number): unknown {
  if (typeof value === "number") return value + (at % 2 === 0 ? by : -by);
  const text = String(value);
  const index = text.startsWith("0x") ? 2 + (at % (text.length - 2)) : at % text.length;
  const digit = "0123456789abcdef"[(Number.parseInt(text[index] ?? "0", 16) + by) % 16] ?? "0";
  return text.slice(0, index) + digit + text.slice(index + 1);
}

const nudge: fc.Arbitrary<Mutation> = fc
  .tuple(anyField, fc.nat(), fc.integer({ min: 1, max: 15 }))
  .map(
    ([field, at, by]) =>
      (request) =>
        withField(request, field, nudged(fieldOf(request, field), at, by)),
  );

/** A grant that is another and signed for, and the binding said to be its own. */
const lie: fc.Arbitrary<Mutation> = fc
  .tuple(fc.constantFrom("payout", "expiresAtMs"), fc.nat(), fc.integer({ min: 1, max: 15 }))
  .map(([name, at, by]) => (request) => {
    const value = nudged(fieldOf(request, ["grant", name]), at, by);
    const { grant } = withField(request, ["grant", name], value);
    const binding = ownershipBinding(test1.server.node.fastChainId, grant);
    return sign({ grant, login: { ...request.login, binding: fieldToHash(binding) } });
  });

const replaced: fc.Arbitrary<Mutation> = fc
  .tuple(anyField, fc.oneof(fc.jsonValue(), fc.constantFrom("0x", "", -0, 1e300, [], {}, null)))
  .map(
    ([field, value]) =>
      (request) =>
        withField(request, field, value),
  );

const removed: fc.Arbitrary<Mutation> = anyField.map((field) => (request) => {
  const { [field[1]]: _, ...rest } = request[field[0]] as Fields;
  return { ...request, [field[0]]: rest };
});

const added: fc.Arbitrary<Mutation> = fc
  .tuple(fc.constantFrom("grant", "login", ""), fc.string({ minLength: 1 }), fc.jsonValue())
  .map(
    ([part, name, value]) =>
      (request) =>
        part === "" ? { ...request, [name]: value } : withField(request, [part, name], value),
  );

const swapped: fc.Arbitrary<Mutation> = fc.tuple(anyField, anyField).map(
  ([a, b]) =>
    (request) =>
      withField(withField(request, a, fieldOf(request, b)) as never, b, fieldOf(request, a)),
);

/** A number in one of the 32-byte words of the proof or of a public input: another name, another sign, 0, the curve's order. */
const word: fc.Arbitrary<Mutation> = fc
  .tuple(
    fc.constantFrom("proof", "nullifier", "stateRoot", "scope", "binding"),
    fc.nat({ max: 7 }),
    fc.constantFrom("alias", "negated", "zero", "order", "one more"),
  )
  .map(([name, index, kind]) => (request) => {
    const bytes = hexToBytes(String(fieldOf(request, ["login", name])));
    const at = name === "proof" ? 32 * index : 0;
    const value = BigInt(bytesToHex(bytes.subarray(at, at + 32)));
    const modulus = name === "proof" ? BASE_FIELD_MODULUS : FIELD_MODULUS;
    const made = {
      alias: value + modulus,
      negated: modulus - value,
      zero: 0n,
      order: modulus,
      "one more": value + 1n,
    }[kind];
    bytes.set(hexToBytes(fieldToHash(made % 2n ** 256n)), at);
    return withField(request, ["login", name], bytesToHex(bytes));
  });

/** Points of the proof in each other's places: each is still one. */
const points: fc.Arbitrary<Mutation> = fc
  .constantFrom("swap", "a", "c")
  .map((kind) => (request) => {
    const { proof } = request.login;
    const [a, b, c] = [proof.slice(2, 130), proof.slice(130, 386), proof.slice(386)];
    const made = { swap: c + b + a, a: a + b + a, c: c + b + c }[kind];
    return withField(request, ["login", "proof"], `0x${made}`);
  });

const text: fc.Arbitrary<Mutation> = fc
  .tuple(fc.nat(), fc.string({ maxLength: 3 }), fc.nat({ max: 3 }))
  .map(([position, inserted, cut]) => (request) => {
    const json = JSON.stringify(request);
    const at = position % json.length;
    return json.slice(0, at) + inserted + json.slice(at + cut);
  });

const mutation = fc.oneof(
  { weight: 6, arbitrary: nudge },
  { weight: 3, arbitrary: lie },
  { weight: 3, arbitrary: word },
  { weight: 1, arbitrary: points },
  { weight: 2, arbitrary: swapped },
  { weight: 2, arbitrary: replaced },
  { weight: 1, arbitrary: removed },
  { weight: 1, arbitrary: added },
  { weight: 3, arbitrary: text },
);

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

test(
  `${MUTATIONS} mutations of a login: none gets in, none does any harm`,
  async () => {
    const outcomes = new Map<string, number>();
    let sent = 0;
    async function expectRefused(mutate: Mutation): Promise<void> {
      const request = genuine();
      const mutated = mutate(request);
      const body = typeof mutated === "string" ? mutated : JSON.stringify(mutated);
      // White space makes no other request.
      if (isDeepStrictEqual(parsed(body), request)) return;
      sent++;
      const response = await fetch(`${test1.url}/weft/login`, { method: "POST", body });
      const { error } = (await response.json()) as Partial<ErrorResponse>;
      expect([response.status >= 400 && response.status < 500, error?.code]).toEqual([
        true,
        expect.stringMatching(/^[A-Z_]+$/),
      ]);
      const code = error?.code ?? "";
      outcomes.set(code, (outcomes.get(code) ?? 0) + 1);
    }
    const batch = fc.array(mutation, { minLength: AT_ONCE, maxLength: AT_ONCE });
    while (sent < MUTATIONS) {
      await fc.assert(
        fc.asyncProperty(batch, async (mutations) => {
          await Promise.all(mutations.map(expectRefused));
        }),
        { numRuns: Math.ceil((MUTATIONS - sent) / AT_ONCE), endOnFailure: true },
      );
    }
    // They got as far as they could: every check has had some.
    for (const code of [
      ...["REQUEST_INVALID", "GAME_UNKNOWN", "GRANT_EXPIRED", "SESSION_KEY_INVALID"],
      ...["LOGIN_CONTRACT_WRONG", "LOGIN_SEASON_WRONG", "LOGIN_SCOPE_WRONG", "LOGIN_BINDING_WRONG"],
      ...["LOGIN_SIGNATURE_INVALID", "LOGIN_NULLIFIER_INVALID", "LOGIN_ROOT_UNKNOWN"],
      "LOGIN_PROOF_INVALID",
    ]) {
      expect([code, outcomes.get(code)]).toEqual([code, expect.any(Number)]);
    }
    expect(outcomes.get("LOGIN_PROOF_INVALID")).toBeGreaterThan(MUTATIONS / 20);
    expect(logged).toEqual([]);
    const { status, body } = await call<{ height?: number }>(test1.url, "/weft/login", genuine());
    expect([status, body.height]).toEqual([200, expect.any(Number)]);
  },
  TIMEOUT_MS,
);
