import { describe, expect, it } from 'vitest';
import { duration, scopeOf } from './words';

describe('duration', () => {
  it.each([
    [0, '0 ms'],
    [-5, '0 ms'],
    [850, '850 ms'],
    [12_400, '12 s'],
    [59_600, '1 min'],
    [185_000, '3 min 5 s'],
    [7_440_000, '2 h 4 min'],
    [86_400_000, '24 h'],
  ])('%d ms reads as %s', (ms, text) => {
    expect(duration(ms)).toBe(text);
  });
});

describe('what a run was asked for (A11)', () => {
  it.each([
    [{ mode: 'apply' as const, scope: {} }, 'Everything'],
    [{ mode: 'dryRun' as const, scope: { only: 'users' as const } }, 'Users, dry run'],
    [
      { mode: 'apply' as const, scope: { only: 'users' as const, emailDomain: 'a.test' } },
      'Users at a.test',
    ],
    [{ mode: 'apply' as const, scope: { only: 'users' as const, ids: ['user_1'] } }, 'One user'],
  ])('%o reads as %s', (run, text) => {
    expect(scopeOf(run)).toBe(text);
  });
});
