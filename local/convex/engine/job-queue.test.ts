import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JobRow } from './job-changes';
import { JobQueue } from './job-queue';

const row = (id: number, scheduledTimeMs: number, isRunning = false): JobRow => ({
  id: `job${id}`,
  owner: '',
  componentPath: '',
  path: 'm:f',
  args: {},
  scheduledTimeMs,
  kind: 'mutation',
  isRunning,
});

const change = fc.oneof(
  fc.record({
    kind: fc.constant('put' as const),
    row: fc
      .tuple(fc.nat(8), fc.nat(20), fc.boolean())
      .map(([id, time, isRunning]) => row(id, time, isRunning)),
  }),
  fc.record({ kind: fc.constant('gone' as const), id: fc.nat(8).map((id) => `job${id}`) }),
);

describe('the queue of scheduled functions', () => {
  it('lists after any changes exactly the pending ones that are due, oldest first', () => {
    fc.assert(
      fc.property(fc.array(fc.array(change)), fc.nat(20), (batches, nowMs) => {
        const queue = new JobQueue();
        const model = new Map<string, JobRow>();
        for (const batch of batches) {
          queue.apply(batch);
          for (const item of batch) {
            if (item.kind === 'put') model.set(item.row.id, item.row);
            else model.delete(item.id);
          }
        }
        const pending = [...model.values()].filter((job) => !job.isRunning);
        const due = pending.filter((job) => job.scheduledTimeMs <= nowMs);
        const listed = queue.due(nowMs, 100);
        expect(new Set(listed.map(({ id }) => id))).toEqual(new Set(due.map(({ id }) => id)));
        const times = listed.map(({ scheduledTimeMs }) => scheduledTimeMs);
        expect(times).toEqual([...times].sort((a, b) => a - b));
        const next = pending.length
          ? Math.min(...pending.map((job) => job.scheduledTimeMs))
          : undefined;
        expect(queue.nextDueMs()).toBe(next);
      }),
    );
  });

  it('tells of changes, and of nothing else', () => {
    const queue = new JobQueue();
    let told = 0;
    const undo = queue.onChange(() => (told += 1));
    queue.apply([]);
    expect(told).toBe(0);
    queue.apply([{ kind: 'put', row: row(1, 5) }]);
    expect(told).toBe(1);
    undo();
    queue.apply([{ kind: 'gone', id: 'job1' }]);
    expect(told).toBe(1);
  });
});
