import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Verification } from '../store/types';
import { attemptCode, isTestAddress } from './verifications';

const now = 1_700_000_000_000;

const sent: Verification = {
  strategy: 'email_code',
  status: 'unverified',
  attempts: 0,
  expireAt: now + 600_000,
  code: '123456',
};

/** Judges codes one after the other, each against what the one before left behind. */
function attemptAll(codes: readonly string[]): { verified: boolean; tries: number } {
  let verification = sent;
  for (const [index, code] of codes.entries()) {
    try {
      const outcome = attemptCode(verification, code, now);
      if (outcome.kind === 'verified') return { verified: true, tries: index + 1 };
      verification = outcome.verification;
    } catch {
      return { verified: false, tries: index };
    }
  }
  return { verified: false, tries: codes.length };
}

describe('Verification codes', () => {
  it('are good once, and the code is forgotten with it', () => {
    const outcome = attemptCode(sent, ' 123456 ', now);
    expect(outcome).toMatchObject({ kind: 'verified', verification: { status: 'verified' } });
    expect(JSON.stringify(outcome)).not.toContain('123456');
    expect(() => attemptCode(outcome.verification, '123456', now)).toThrow(/verification/);
  });

  it('end with their ten minutes', () => {
    expect(attemptCode(sent, '123456', now + 599_999).kind).toBe('verified');
    const late = attemptCode(sent, '123456', now + 600_000);
    expect(late).toMatchObject({ kind: 'refused', verification: { status: 'expired' } });
  });

  it('cannot be guessed: whatever is tried, at most five tries count', () => {
    const guess = fc.stringMatching(/^\d{6}$/);
    fc.assert(
      fc.property(fc.array(guess, { minLength: 1, maxLength: 20 }), (codes) => {
        const { verified, tries } = attemptAll(codes);
        const right = codes.indexOf('123456');
        expect(tries).toBeLessThanOrEqual(5);
        expect(verified).toBe(right >= 0 && right < 5);
      }),
      { examples: [[['123456']], [['0', '0', '0', '0', '0', '123456']]] },
    );
  });

  it('need to have been sent', () => {
    expect(() => attemptCode(null, '123456', now)).toThrow(/verification_missing/);
  });

  it.each([
    ['ada+clerk_test@rollcall.test', true],
    ['ada+clerk_test+2@rollcall.test', true],
    ['ada@clerk_test.test', false],
    ['clerk_test@rollcall.test', false],
    ['ada+clerk_tests@rollcall.test', false],
  ])('knows test addresses as Clerk does: %s', (email, test) => {
    expect(isTestAddress(email)).toBe(test);
  });
});
