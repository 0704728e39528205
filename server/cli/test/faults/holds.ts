/** @throws Error unless it holds */
export function assertHolds(holds: boolean, what: string): asserts holds {
  if (!holds) throw new Error(`doesn't hold: ${what}`);
}

/** Waits for something that always comes, unless something is wrong. @throws Error when it doesn't come in time */
export async function until<T>(
  what: string,
  run: () => Promise<T>,
  patienceMs: number,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`doesn't hold within ${patienceMs} ms: ${what}`)),
      patienceMs,
    );
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
  }
}
