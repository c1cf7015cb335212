/** So many may change at once in an installation of any size: a small team's ordinary afternoon. */
const freeChanges = 5;

/** Of larger installations, the share that may change at once (design section 5). */
const share = 0.02;

/**
 * How many people a single sweep, or edits in Clerk within one window, may touch before somebody has
 * to confirm. More than this many is a mass change. `total` counts the people who are not deleted.
 */
export function massChangeLimit(total: number): number {
  return Math.max(freeChanges, Math.ceil(total * share));
}
