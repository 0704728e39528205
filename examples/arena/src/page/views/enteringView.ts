import { html, type TemplateResult } from "lit-html";
import type { App, Screen } from "../app.ts";
import { LOGIN_STEPS, type LoginStep } from "../player/logIn.ts";

type Step = LoginStep | "room";

const STEPS: readonly Step[] = [...LOGIN_STEPS, "room"];

const WORDS: Readonly<Record<Step, string>> = {
  wallet: "A wallet, and an identity made of one signature",
  pass: "A pass to play with",
  bind: "The pass is bound to the identity, on the ZK chain",
  circuit: "The circuit is loaded",
  proving: "Proving that you hold a pass, without telling which",
  opening: "The server checks the proof",
  room: "A place in a room",
};

/** Of all the way, what the steps before each one are. Proving takes longest. */
const WEIGHTS: Readonly<Record<Step, number>> = {
  wallet: 5,
  pass: 12,
  bind: 15,
  circuit: 13,
  proving: 40,
  opening: 8,
  room: 7,
};

/** How far the login is. */
export function enteringView(
  app: App,
  { kind, progress }: Extract<Screen, { name: "entering" }>,
): TemplateResult {
  const { step, share } = progress === "room" ? { step: "room" as const, share: 0 } : progress;
  const at = STEPS.indexOf(step);
  if (kind === "again") return againView();
  return html`<main class="center">
    <section class="panel entering" aria-busy="true">
      <h1>Getting you in</h1>
      <progress max="100" value=${percent(step, share)} aria-label="Login"></progress>
      <ol class="steps">
        ${STEPS.map((one, index) => {
          const state = index < at ? "done" : index === at ? "now" : "later";
          const shown = one === "proving" && state === "now" ? `${Math.round(share * 100)} %` : "";
          return html`<li class=${state} aria-current=${state === "now" ? "step" : "false"}>
            <span class="mark" aria-hidden="true"></span>${WORDS[one]} <span class="share">${shown}</span>
          </li>`;
        })}
      </ol>
      <p class="soft small">
        ${
          kind === "wallet"
            ? "Your wallet asks you to sign a text, to know this server's chain, and to send one transaction."
            : "This takes some seconds: a real zero-knowledge proof is made on your machine."
        }
      </p>
      <button @click=${() => app.cancelEntering()}>Cancel</button>
    </section>
  </main>`;
}

function againView(): TemplateResult {
  return html`<main class="center">
    <section class="panel entering" aria-busy="true">
      <h1>Welcome back</h1>
      <p class="soft">Returning to your room …</p>
    </section>
  </main>`;
}

function percent(step: Step, share: number): number {
  const before = STEPS.slice(0, STEPS.indexOf(step)).reduce((sum, one) => sum + WEIGHTS[one], 0);
  return Math.round(before + WEIGHTS[step] * share);
}
