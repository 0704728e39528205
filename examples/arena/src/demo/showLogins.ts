import type { LoginProgress } from "@weft/client-sdk";
import type { Steps } from "./steps.ts";

/** Tells in the running step how far each bot's login is. */
export function showLogins(steps: Steps): (name: string, progress: LoginProgress) => void {
  const newest = new Map<string, string>();
  return (name, { phase, share }) => {
    newest.set(name, phase === "proving" ? `${name} ${Math.round(share * 100)} %` : name);
    const { current } = steps;
    if (current !== undefined) current.detail = [...newest.values()].join(", ");
  };
}
