import { newId } from '../ids';
import type { ClerkTransaction } from '../store/clerk-store';
import type { UserEntity } from '../store/types';
import { lockoutMs } from './lockout';
import { endSessionsOf } from './sessions';

/** A user with Clerk's defaults and no identifier; the caller fills in and inserts it. */
export function newUser(now: number, fields: Partial<UserEntity> = {}): UserEntity {
  const id = fields.id ?? newId('user', now);
  return {
    externalId: null,
    username: null,
    firstName: null,
    lastName: null,
    locale: null,
    imageUrl: `/images/avatars/${id}.svg`,
    hasImage: false,
    emails: [],
    primaryEmailId: null,
    phones: [],
    primaryPhoneId: null,
    passwordHash: null,
    passwordUpdatedAt: null,
    publicMetadata: {},
    privateMetadata: {},
    unsafeMetadata: {},
    banned: false,
    locked: false,
    lockedUntil: null,
    failedAttempts: 0,
    lastSignInAt: null,
    lastActiveAt: null,
    legalAcceptedAt: null,
    deleteSelfEnabled: true,
    createOrganizationEnabled: true,
    createOrganizationsLimit: null,
    createdAt: now,
    updatedAt: now,
    ...fields,
    id,
  };
}

/** Bans and revokes every session: tokens are refused from the next renewal on. */
export function banUser(tx: ClerkTransaction, userId: string): UserEntity {
  endSessionsOf(tx, userId, 'revoked');
  return tx.update('users', userId, { banned: true });
}

export function unbanUser(tx: ClerkTransaction, userId: string): UserEntity {
  return tx.update('users', userId, { banned: false });
}

export function lockUser(tx: ClerkTransaction, userId: string, now: number): UserEntity {
  return tx.update('users', userId, { locked: true, lockedUntil: now + lockoutMs });
}

export function unlockUser(tx: ClerkTransaction, userId: string): UserEntity {
  return tx.update('users', userId, { locked: false, lockedUntil: null, failedAttempts: 0 });
}

/** Deletes a person for good, with all memberships and sessions. */
export function deleteUser(tx: ClerkTransaction, userId: string): void {
  for (const membership of tx.find('memberships', { userId })) {
    tx.remove('memberships', membership.id);
  }
  for (const session of tx.find('sessions', { userId })) tx.remove('sessions', session.id);
  tx.remove('users', userId);
}
