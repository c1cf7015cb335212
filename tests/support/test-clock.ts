const RealDate = Date;

/** A clock that only its owner moves, in place of `Date`; also where vitest's is not at hand. */
export class TestClock {
  constructor(public nowMs: number) {}

  /** Returns what takes the clock away again. */
  install(): () => void {
    const now = () => this.nowMs;
    globalThis.Date = class extends RealDate {
      constructor(...args: [] | [number | string | Date]) {
        super(args[0] ?? now());
      }
      static override now(): number {
        return now();
      }
      // Dates with several arguments are not made where this clock is used.
    } as DateConstructor;
    return () => void (globalThis.Date = RealDate);
  }
}
