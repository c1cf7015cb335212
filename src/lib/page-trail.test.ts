import { expect, test } from 'vitest';
import { PageTrail } from './page-trail';

test('D4: back goes through the pages one came by, in the list they are of', () => {
  const trail = new PageTrail();
  const second = trail.next('audit', {}, 'a');
  const third = trail.next('audit', second, 'b');
  expect(third).toEqual({ cursor: 'b', page: 3 });
  expect(trail.back('audit', third)).toEqual(second);
  expect(trail.back('audit', second)).toEqual({});
  expect(trail.back('audit of alarms', third)).toEqual({});
});

test('who came by a link goes back to the first page', () => {
  expect(new PageTrail().back('audit', { cursor: 'b', page: 3 })).toEqual({});
});
