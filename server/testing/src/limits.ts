/** Events that a recording may have: some nine hours of ticks at 30 a second. */
export const MAX_RECORDED_STEPS = 1_000_000;
/** Ticks that a test room runs before it says that what is waited for doesn't come. */
export const MAX_TICKS = 1_000_000;
/** Places of a state that a divergence names, after the first. */
export const MAX_NAMED_PLACES = 5;
