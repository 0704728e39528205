const BANNED = ["setTimeout", "setInterval", "setImmediate"] as const;

/**
 * From here on, whatever in this process asks the machine for time or chance gets an error instead: each is a way in
 * for what no seed repeats, and needs a seam.
 */
export function forbidRealTime(): void {
  const ban = (owner: object, key: string, name: string) =>
    Object.defineProperty(owner, key, {
      configurable: true,
      writable: true,
      value: () => {
        throw new Error(`not deterministic: ${name} was called in a simulation`);
      },
    });
  for (const name of BANNED) ban(globalThis, name, name);
  ban(Date, "now", "Date.now");
  ban(Math, "random", "Math.random");
  ban(performance, "now", "performance.now");
  ban(globalThis.crypto, "getRandomValues", "crypto.getRandomValues");
  ban(globalThis.crypto, "randomUUID", "crypto.randomUUID");
}
