import type { Json } from '../../../local/convex/values/value';

/** What one process of the campaign is told to do. */
export interface Life {
  folder: string;
  /** A thread of its own writes to the file. */
  isThreaded: boolean;
  /** Step of the file at which the process ends itself; beyond all steps in the last life. */
  crashAt: number;
  /** Requests to send once more: unanswered ones, and some that were answered. */
  again: number[];
  /** New requests: from, up to and without to. */
  from: number;
  to: number;
}

export interface Answer {
  number: number;
  value: Json;
}

/** One client, who numbers its requests and repeats them after a lost connection. */
export const sessionId = 'crash-campaign';
export const sharedCounters = 4;
const jobsPerRequest = 2;

/** Every number is one and the same request in all lives. */
export function requestOf(number: number): { path: string; args: Json } {
  switch (number % 4) {
    case 1:
    case 2: {
      const asAction = number % 4 === 2;
      const prefix = `${asAction ? 'action' : 'job'}${number}-`;
      const args = { prefix, count: jobsPerRequest, delayMs: 0, asAction };
      return { path: 'jobs:schedule', args };
    }
    case 3: {
      // Now and then one whose beginning goes to the thread before its end.
      const length = number % 64 === 3 ? 70_000 : 0;
      const text = `note number${number} of many${' '.repeat(length)}`;
      return { path: 'notes:add', args: { owner: `owner${number % 3}`, rank: number, text } };
    }
    default:
      return {
        path: 'counters:increment',
        args: { name: `shared${(number / 4) % sharedCounters}` },
      };
  }
}

/** Names of the counters that the jobs of a request raise by one each. */
export function jobCounters(
  number: number,
): { kind: 'job' | 'action'; names: string[] } | undefined {
  const kind = ({ 1: 'job', 2: 'action' } as const)[number % 4];
  if (!kind) return undefined;
  const names = Array.from({ length: jobsPerRequest }, (_, i) => `${kind}${number}-${i}`);
  return { kind, names };
}
