import { randomInt } from 'node:crypto';
import type { ClerkTransaction } from '../store/clerk-store';
import { newId } from '../ids';
import type { MailEntity, Verification, VerificationStrategy } from '../store/types';
import { frontendErrors } from './errors';

/** Clerk's codes: six digits, good for ten minutes. */
const codeDigits = 6;
const codeLifeMs = 10 * 60_000;
/** Guessing a code ends here: 5 of 1,000,000. */
const attemptsMax = 5;

/** Clerk's fixed code for test addresses, to which nothing is ever sent. */
const testCode = '424242';

export function isTestAddress(email: string): boolean {
  return /\+clerk_test(@|\+)/.test(email);
}

export interface CodeRequest {
  strategy: VerificationStrategy;
  email: string;
  /** What is verified: the id of an email address. */
  subject?: string;
  kind: MailEntity['kind'];
  nowMs: number;
}

/** Starts a verification by code and "sends" the code: it lands in the local mail outbox. */
export function sendCode(tx: ClerkTransaction, request: CodeRequest): Verification {
  const { strategy, email, subject, kind, nowMs } = request;
  const test = isTestAddress(email);
  const code = test ? testCode : String(randomInt(10 ** codeDigits)).padStart(codeDigits, '0');
  if (!test) {
    const what = kind === 'reset_password_code' ? 'reset password code' : 'verification code';
    tx.insert('mails', {
      id: newId('mail', nowMs),
      to: email.toLowerCase(),
      kind,
      subject: `${code} is your ${what}`,
      code,
      url: null,
      createdAt: nowMs,
      updatedAt: nowMs,
    });
  }
  const verification = { strategy, code, attempts: 0, expireAt: nowMs + codeLifeMs };
  return { ...verification, status: 'unverified', ...(subject === undefined ? {} : { subject }) };
}

export type CodeOutcome =
  | { kind: 'verified'; verification: Verification }
  /** The failed attempt must be saved before the error is thrown, or guessing would be free. */
  | { kind: 'refused'; verification: Verification; error: Error };

/** Judges a code. Pure: the caller saves the verification either way. */
export function attemptCode(
  verification: Verification | null,
  code: string,
  nowMs: number,
): CodeOutcome {
  if (!verification?.code) throw frontendErrors.verificationMissing();
  if (verification.status === 'verified') throw frontendErrors.alreadyVerified();
  if (verification.status === 'failed') throw frontendErrors.verificationFailed();
  if (verification.expireAt !== null && verification.expireAt <= nowMs) {
    const error = frontendErrors.verificationExpired();
    return { kind: 'refused', verification: { ...verification, status: 'expired' }, error };
  }
  const attempts = verification.attempts + 1;
  if (verification.code === code.trim()) {
    // A code is good once.
    const { code: _spent, ...rest } = verification;
    return { kind: 'verified', verification: { ...rest, attempts, status: 'verified' } };
  }
  const failed = attempts >= attemptsMax;
  return {
    kind: 'refused',
    verification: { ...verification, attempts, status: failed ? 'failed' : 'unverified' },
    error: failed ? frontendErrors.verificationFailed() : frontendErrors.codeIncorrect(),
  };
}
