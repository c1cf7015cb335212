import { describe, expect, it } from 'vitest';
import type { RunId } from './queries';
import { driftWords, duration, scopeOf } from './words';

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

describe('how far both sides are apart (A4, A7)', () => {
  // Never asked for here.
  const runId = 'run' as RunId;
  const drift = (users: number, repaired: boolean) => ({ users, repaired, at: 0, runId });
  const nobody = { missing: 0, sweep: null };

  it('a sync put right what it found', () => {
    expect(driftWords(drift(3, true), nobody)).toEqual({
      value: '3 users differed',
      about: 'Put right',
    });
  });

  it('but not those whom Clerk does not have: they still differ', () => {
    expect(driftWords(drift(5, true), { missing: 2, sweep: null })).toEqual({
      value: '2 users differ',
      about: 'Gone from Clerk, as of',
    });
  });

  it('a dry run put nothing right, and nothing to do is in step', () => {
    expect(driftWords(drift(1, false), nobody).value).toBe('1 user differs');
    expect(driftWords(drift(0, true), nobody).value).toBe('In step');
  });
});
