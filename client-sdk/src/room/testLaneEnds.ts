import type { ClientError } from "../errors.ts";
import { LaneSender, type LaneSenderOptions } from "./laneSender.ts";
import { createTestTimers, LanePeer, start, testSignature } from "./testLane.ts";

export const SEAL_INTERVAL_MS = 1000;

/** Both ends of a lane. Signing takes until `sign` is called, unless it goes by itself. */
export function createBothEnds(
  options: Partial<LaneSenderOptions> & { signsByItself?: boolean } = {},
) {
  const { signsByItself = true, ...overrides } = options;
  const timers = createTestTimers();
  const peer = new LanePeer();
  const signing: (() => void)[] = [];
  const diverged: ClientError[] = [];
  const sender = new LaneSender({
    start,
    wire: peer,
    timers,
    sign: async (message) => {
      if (!signsByItself) await new Promise<void>((resolve) => signing.push(resolve));
      return testSignature(message);
    },
    maxUnsequencedFrames: 1000,
    sealIntervalMs: SEAL_INTERVAL_MS,
    onSealFailed: () => {},
    onDiverged: (error) => diverged.push(error),
    ...overrides,
  });
  /** The peer receives everything; the client hears of it. */
  const exchange = (count?: number) => {
    for (const refusal of peer.receive(count)) sender.onRefusal(refusal);
    const { refusal, finality } = peer.beat();
    if (refusal !== undefined) sender.onRefusal(refusal);
    sender.onFinality(finality);
  };
  const finishSigning = async () => {
    for (const finish of signing.splice(0)) finish();
    await settleMicrotasks();
  };
  return { timers, peer, sender, diverged, exchange, finishSigning };
}

/** Lets everything run that waits for nothing but its turn. */
export async function settleMicrotasks() {
  for (let i = 0; i < 8; i++) await Promise.resolve();
}
