import { describe, expect, it } from 'vitest';
import { summarise, unreadable } from './summary';

const clean = { passed: 3, failed: 0, skipped: [], retried: [], broken: [] };

describe('the last line of npm test', () => {
  it('is the plain count when everything passed', () => {
    expect(summarise(clean, [])).toEqual({ lines: ['3 passed, 0 failed'], ok: true });
  });

  it('names what was skipped before counting it', () => {
    const summary = summarise({ ...clean, skipped: ['a.test.ts > x'] }, []);
    expect(summary.lines).toEqual(['Skipped:', '  a.test.ts > x', '3 passed, 0 failed, 1 skipped']);
    expect(summary.ok).toBe(true);
  });

  it('names what passed at the second try only', () => {
    expect(summarise({ ...clean, retried: ['a.test.ts > x'] }, [])).toEqual({
      lines: ['Passed at the second try only:', '  a.test.ts > x', '3 passed, 0 failed'],
      ok: true,
    });
  });

  it.each([
    ['a failed test', { ...clean, failed: 1 }, []],
    ['a file that does not load', { ...clean, broken: ['b.test.ts: no'] }, []],
    ['a failed check', clean, ['lint']],
    ['unreadable results', unreadable(new Error('gone')), []],
  ])('is a failure with %s', (_what, tally, checks) => {
    const summary = summarise(tally, checks);
    expect(summary.ok).toBe(false);
    expect(summary.lines.at(-1)).toBe(`${tally.passed} passed, 1 failed`);
  });

  it('is a failure when no test ran at all', () => {
    const summary = summarise({ ...clean, passed: 0, skipped: ['a'] }, []);
    expect(summary.ok).toBe(false);
    expect(summary.lines).toContain('No test ran.');
  });
});
