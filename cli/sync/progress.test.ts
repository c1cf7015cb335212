import { expect, test } from 'vitest';
import { barWidth } from './progress';

test('E3: the bar and its text fit into one line of a usual terminal', () => {
  expect([200, 104, 90, 80, 60].map(barWidth)).toEqual([40, 40, 26, 16, 10]);
});
