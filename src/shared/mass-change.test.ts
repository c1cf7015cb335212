import { expect, test } from 'vitest';
import { massChangeLimit } from './mass-change';

test.each([
  [0, 5],
  [1, 5],
  [250, 5],
  [251, 6],
  [1_000, 20],
  [100_000, 2_000],
])('of %i people, %i may change at once', (total, limit) => {
  expect(massChangeLimit(total)).toBe(limit);
});
