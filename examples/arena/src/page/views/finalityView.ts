import { html, type TemplateResult } from "lit-html";
import { ActionTrack, LEVELS, type Level } from "../game/actionTrack.ts";
import type { Play } from "../game/play.ts";

const WORDS: Readonly<Record<Level, readonly [string, string]>> = {
  sent: ["Sent", "it is on its way"],
  applied: ["Applied", "the room has run it"],
  sequenced: ["On disk", "it is in a block of the ledger that is stored"],
  sealed: ["Sealed", "your session key has signed for it"],
};

/** Which level the player's last action has reached, and how long that usually takes. */
export function finalityView({ actions }: Play): TemplateResult {
  const { last } = actions;
  if (last === undefined) {
    return html`<h2>Your last action</h2>
      <p class="soft small">Move, and see how it reaches the ledger.</p>`;
  }
  const level = ActionTrack.levelOf(last);
  return html`<h2>Your last action <span class="soft">${last.name} #${last.seq}</span></h2>
    <ol class="levels" data-level=${level}>
      ${LEVELS.map((one) => {
        const isReached = LEVELS.indexOf(one) <= LEVELS.indexOf(level);
        const [word, meaning] = WORDS[one];
        return html`<li class=${isReached ? "reached" : ""} title=${meaning}>
          <span class="word">${word}</span>
          <span class="ms">${one === "sent" ? "" : timeOf(last.after[one], actions.usual(one))}</span>
        </li>`;
      })}
    </ol>`;
}

function timeOf(ms: number | undefined, usual: number | undefined): string {
  if (ms !== undefined) return shortTime(ms);
  return usual === undefined ? "" : `~${shortTime(usual)}`;
}

function shortTime(ms: number): string {
  return ms < 1000 ? `${Math.round(ms)} ms` : `${(ms / 1000).toFixed(1)} s`;
}
