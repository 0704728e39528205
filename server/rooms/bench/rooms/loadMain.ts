import { createPrivateKey, sign } from "node:crypto";
import { bytesToHex, joinTicketMessage, timestampMs } from "@weft/protocol";
import { answerQuestions } from "./answering.ts";
import { type Joining, type LoadClient, Probe, RawClient } from "./clients.ts";
import { GAME } from "./game.ts";
import type { BenchSession, LoadMark, LoadQuestions, LoadStart } from "./messages.ts";

/** The clients of one server: most of them raw, a few of the SDK. */

/** Clients that measure latency. */
const PROBES = 10;
const ROOMS_AT_ONCE = 8;
/** Of one room. */
const JOINING_AT_ONCE = 16;
/** Longest that actions wait to be sent together, in ms: what a timer can do. */
const STEP_MS = 1;

let clients: LoadClient[] = [];
let rate = 0;
let sentByRaw = 0;
const lost: number[] = [];
let latenciesMs: number[] = [];

answerQuestions<LoadQuestions>({
  async join(start) {
    rate = start.rate;
    clients = await joinAll(start);
    return null;
  },
  play() {
    play();
    return null;
  },
  mark() {
    const { user, system } = process.cpuUsage();
    const bytes = clients.reduce((sum, client) => sum + (client.bytes ?? 0), 0);
    const mark: LoadMark = { sent: sentByRaw, bytes, processUs: user + system, lost, latenciesMs };
    latenciesMs = [];
    return mark;
  },
});

async function joinAll(start: LoadStart): Promise<LoadClient[]> {
  const joined: LoadClient[] = [];
  const rooms = Array.from(
    { length: Math.ceil(start.clients / start.perRoom) },
    (_, room) => room * start.perRoom,
  );
  await eachOf(rooms, ROOMS_AT_ONCE, async (first) => {
    const opener = await join(start, first, undefined);
    joined[first] = opener;
    const length = Math.min(start.perRoom, start.clients - first) - 1;
    const others = Array.from({ length }, (_, i) => first + 1 + i);
    await eachOf(others, JOINING_AT_ONCE, async (index) => {
      joined[index] = await join(start, index, opener.roomId);
    });
  });
  return joined;
}

/** Runs `step` for each item, for so many at one time. */
async function eachOf<T>(
  items: readonly T[],
  atOnce: number,
  step: (item: T) => Promise<void>,
): Promise<void> {
  const left = items.values();
  const work = async () => {
    for (const item of left) await step(item);
  };
  await Promise.all(Array.from({ length: atOnce }, work));
}

function join(
  { url, sessions, clients: all, rate: sealEvery }: LoadStart,
  index: number,
  roomId: string | undefined,
): Promise<LoadClient> {
  const session = sessions?.[index];
  const joining: Joining = {
    url,
    roomId,
    room: GAME,
    options: session === undefined ? {} : { weft: ticketOf(session) },
    key: session && keyOf(session),
    sealEvery,
    phase: index,
    onLost: (code) => void lost.push(code),
  };
  // Where rooms are small, no room has two.
  const probeEvery = Math.max(1, Math.floor(all / PROBES));
  if (index % probeEvery !== 0) return RawClient.join(joining);
  return Probe.join(joining, session?.sessionId, (ms) => void latenciesMs.push(ms));
}

const keyOf = ({ privateKey }: BenchSession) =>
  createPrivateKey({ key: Buffer.from(privateKey), format: "der", type: "pkcs8" });

function ticketOf(session: BenchSession) {
  const { sessionId, chainId } = session;
  const ticket = { sessionId, game: GAME, issuedAtMs: timestampMs(Date.now()) };
  const key = { key: keyOf(session), dsaEncoding: "ieee-p1363" as const };
  return { ticket, signature: bytesToHex(sign("sha256", joinTicketMessage(chainId, ticket), key)) };
}

/** Actions are spread evenly: the nth of all is due at n / (clients × rate). */
function play(): void {
  const startMs = performance.now();
  const perMs = (clients.length * rate) / 1000;
  let sent = 0;
  setInterval(() => {
    const due = Math.floor((performance.now() - startMs) * perMs);
    for (; sent < due; sent++) {
      const client = clients[sent % clients.length] as LoadClient;
      client.act();
      if (client.bytes !== undefined) sentByRaw++;
    }
  }, STEP_MS);
}
