import type { Hex } from "@weft/protocol";
import { privateKeyToAccount } from "viem/accounts";
import { createClient } from "../../src/index.ts";
import { predict } from "../../src/predict/predict.ts";
import { testGame } from "../../src/predict/testGame.ts";

/** What a page does, as an application would write it. Runs in a browser. */
export type FlightRequest = { readonly url: string; readonly key: Hex; readonly pass: bigint };

export type Flight = {
  /** Frames from the action to the first one that shows it. */
  readonly framesToAnswer: number;
  /** What is shown in the end, and what the server has. */
  readonly shown: number;
  readonly known: number;
};

const nextFrame = () => new Promise<number>((resolve) => requestAnimationFrame(resolve));

/** Flies a bit to the right, then stops. */
export async function fly({ url, key, pass }: FlightRequest): Promise<Flight> {
  const client = createClient({ url });
  const wallet = privateKeyToAccount(key);
  const session = await client.login({ wallet, pass, game: testGame });
  const room = await session.join(testGame);
  const view = predict(room, testGame, { snap: 400 });
  let frames = 0;
  const framesUntil = async (isSo: () => boolean) => {
    const before = frames;
    while (!isSo()) {
      view.update(await nextFrame());
      frames++;
    }
    return frames - before;
  };
  const shown = () => view.state.crafts.get(session.id)?.x ?? Number.NaN;
  const known = () => room.state.crafts.get(session.id)?.x ?? Number.NaN;
  await framesUntil(() => view.stats.isPredicting);
  const start = shown();
  view.act.move({ dx: 1, dy: 0 });
  const framesToAnswer = await framesUntil(() => shown() > start);
  await framesUntil(() => known() > start + 100);
  view.act.move({ dx: 0, dy: 0 });
  const isStill = () => view.stats.pendingActions === 0 && Math.abs(shown() - known()) < 0.01;
  await framesUntil(isStill);
  view.stop();
  await room.leave();
  return { framesToAnswer, shown: shown(), known: known() };
}
