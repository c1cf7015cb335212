import { expect, test } from 'vitest';
import { activityDays, addActivity, type ActivityDay } from './activity';

const dayMs = 24 * 60 * 60_000;
const start = Date.UTC(2026, 0, 1, 12);

test('counts each day by kind, in order, and forgets what is older than the chart', () => {
  let days: ActivityDay[] = [];
  for (let n = 0; n < activityDays + 5; n++) {
    days = addActivity(days, ['role.changed', 'user.created'], start + n * dayMs);
  }
  days = addActivity(
    days,
    ['user.deactivated', 'sync.started'],
    start + (activityDays + 4) * dayMs,
  );
  expect(days).toHaveLength(activityDays);
  expect(days[0]?.day).toBe('2026-01-06');
  expect(days.at(-1)).toEqual({
    day: '2026-02-04',
    counts: { people: 1, roles: 1, access: 1, other: 1 },
  });
});

test('a late entry of an earlier day keeps the order', () => {
  const days = addActivity(addActivity([], ['a.b'], start + dayMs), ['a.b'], start);
  expect(days.map(({ day }) => day)).toEqual(['2026-01-01', '2026-01-02']);
});
