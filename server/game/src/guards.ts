import { GameError } from "./errors.ts";

type Ban = { readonly owner: object; readonly key: string; readonly replacement: unknown };
type Undo = () => void;

const TIME = "use ctx.nowMs";
const TIMER = "count ticks: ctx.tick";
const RANDOM = "use ctx.random";
const IO = "a game sees only its state and its players' actions";

function nondeterministic(call: string, instead: string): GameError {
  return new GameError("NONDETERMINISTIC_CALL", `${call} differs in every replay: ${instead}`, {
    details: { call },
  });
}

/** What game code must not call; what this machine doesn't have is left out. */
function listBans(): Ban[] {
  const scope = globalThis as unknown as Record<string, object | undefined>;
  const bans: Ban[] = [];
  const ban = (owner: object | undefined, key: string, call: string, instead: string) => {
    if (owner === undefined || !(key in owner)) return;
    const replacement = () => {
      throw nondeterministic(call, instead);
    };
    bans.push({ owner, key, replacement });
  };
  ban(Math, "random", "Math.random()", RANDOM);
  ban(Date, "now", "Date.now()", TIME);
  ban(scope.performance, "now", "performance.now()", TIME);
  ban(scope.crypto, "getRandomValues", "crypto.getRandomValues()", RANDOM);
  ban(scope.crypto, "randomUUID", "crypto.randomUUID()", RANDOM);
  for (const timer of ["setTimeout", "setInterval", "setImmediate", "queueMicrotask"]) {
    ban(scope, timer, `${timer}()`, TIMER);
  }
  ban(scope, "fetch", "fetch()", IO);
  bans.push({ owner: scope, key: "Date", replacement: dateWithoutNow(Date) });
  return bans;
}

/** `Date` for given times only: `new Date()` and `Date()` would read the clock. */
function dateWithoutNow(original: DateConstructor): DateConstructor {
  return new Proxy(original, {
    construct(target, args, newTarget) {
      if (args.length === 0) throw nondeterministic("new Date()", TIME);
      return Reflect.construct(target, args, newTarget) as object;
    },
    apply() {
      throw nondeterministic("Date()", TIME);
    },
  });
}

function install({ owner, key, replacement }: Ban): Undo {
  const original = Object.getOwnPropertyDescriptor(owner, key);
  const enumerable = original?.enumerable ?? false;
  const guard = { value: replacement, configurable: true, writable: true, enumerable };
  // Where the machine has locked its globals down there is nothing to put back either.
  if (!Reflect.defineProperty(owner, key, guard)) return () => {};
  return () => {
    if (original === undefined) Reflect.deleteProperty(owner, key);
    else Reflect.defineProperty(owner, key, original);
  };
}

let depth = 0;
let undos: Undo[] = [];

/**
 * Runs game code with everything that no replay could repeat replaced by what throws. The globals are
 * back when this returns or throws; a call inside a call leaves that to the outermost one.
 * @throws GameError NONDETERMINISTIC_CALL out of `run`, unless it catches it.
 */
export function withGuards<T>(run: () => T): T {
  if (depth === 0) undos = listBans().map(install);
  depth++;
  try {
    return run();
  } finally {
    depth--;
    if (depth === 0) for (const undo of undos) undo();
  }
}

/** Whether guards are on when nobody says: everywhere but in production, where there is a process. */
export function guardsByDefault(): boolean {
  const { process } = globalThis as { process?: { env?: Record<string, string | undefined> } };
  return process?.env !== undefined && process.env.NODE_ENV !== "production";
}
