import type { UserEntity } from '../store/types';

/** Clerk's defaults: 100 wrong passwords or codes in a row lock for an hour. */
export const verificationAttemptsMax = 100;
export const lockoutMs = 60 * 60_000;

/** A lock with an end opens by itself. */
export function isLocked(user: UserEntity, now: number): boolean {
  return user.locked && (user.lockedUntil === null || now < user.lockedUntil);
}
