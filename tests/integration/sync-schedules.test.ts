import { expect, test } from 'vitest';
import crons from '../../convex/crons';
import { schedulePlan } from '../../convex/model/schedules';

const unitMs = { seconds: 1_000, minutes: 60_000, hours: 3_600_000 } as const;

test('A10: every cron stands in the plan that the sync page shows, with its interval', () => {
  const planned = Object.fromEntries(
    Object.entries(crons.crons).map(([name, { schedule }]) => {
      if (schedule.type === 'cron' && schedule.cron === '* * * * *') return [name, unitMs.minutes];
      if (schedule.type !== 'interval') throw new Error(`${name} is no interval`);
      const [unit] = Object.keys(unitMs).filter((key) => key in schedule);
      // One of the three is there: that is what an interval is.
      const key = unit as keyof typeof unitMs;
      return [name, Number(Reflect.get(schedule, key)) * unitMs[key]];
    }),
  );
  expect(planned).toEqual(schedulePlan);
});
