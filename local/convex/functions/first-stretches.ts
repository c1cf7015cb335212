import { inNextTurn } from './async-stack';
import { timerAgeMs, underTimer } from './run-timer';

/** The synchronous beginning of an action. */
export interface Stretch {
  /** Must not throw. */
  run(): void;
  /** It was ended by the timer. */
  cut(): void;
}

/** What one stretch of JavaScript without `await` may take. */
export const firstStretchMsMax = 10_000;
/** From this age on the next stretch gets a timer of its own. */
const sharedTimerMsMax = 200;

let due: Stretch[] = [];

/** Actions that begin in the same turn of the event loop share a timer, for a timer is dear. */
export function startStretch(stretch: Stretch): void {
  if (due.push(stretch) === 1) inNextTurn(runDue);
}

function runDue(): void {
  const stretches = due;
  due = [];
  let next = 0;
  while (next < stretches.length) {
    const finished = underTimer(firstStretchMsMax, () => {
      while (next < stretches.length && timerAgeMs() < sharedTimerMsMax) {
        const stretch = stretches[next];
        next += 1;
        stretch?.run();
      }
    });
    if (finished) continue;
    stretches[next - 1]?.cut();
    // Nobody else waits for two endless ones in a row.
    due = [...stretches.slice(next), ...due];
    if (due.length > 0) inNextTurn(runDue);
    return;
  }
}
