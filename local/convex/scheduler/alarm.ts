/**
 * Longest single wait: below `setTimeout`'s 31 bits, and short enough to notice soon that the
 * machine slept or its clock was set.
 */
const waitMsMax = 60_000;

/** One timer that fires at a point in time, however far away. */
export class Alarm {
  #timer: NodeJS.Timeout | undefined;

  constructor(private readonly onDue: () => void) {}

  /** Replaces the former time; `undefined` is never. */
  set(atMs: number | undefined): void {
    clearTimeout(this.#timer);
    if (atMs === undefined) return;
    const leftMs = Math.max(0, atMs - Date.now());
    this.#timer = setTimeout(
      () => (Date.now() < atMs ? this.set(atMs) : this.onDue()),
      Math.min(leftMs, waitMsMax),
    );
    this.#timer.unref();
  }
}

/** Resolves when the work has ended or the time is over, whichever comes first. */
export async function withDeadline(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, deadline]);
  clearTimeout(timer);
}
