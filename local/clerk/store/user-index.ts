import type { Database } from './database';
import { searchTextOf } from './table-specs';
import type { UserEntity } from './types';

/** Who owns which identifier, in comparable form. */
export function identifiersOf(
  user: UserEntity,
): { kind: 'email' | 'emailId' | 'phone'; value: string }[] {
  return [
    ...user.emails.map((email) => ({
      kind: 'email' as const,
      value: email.emailAddress.toLowerCase(),
    })),
    ...user.emails.map((email) => ({ kind: 'emailId' as const, value: email.id })),
    ...user.phones.map((phone) => ({ kind: 'phone' as const, value: phone.phoneNumber })),
  ];
}

/** Keeps `identifiers` and the text search in step with a user's row, which must exist. */
export function indexUser(db: Database, user: UserEntity): void {
  for (const { kind, value } of identifiersOf(user)) {
    db.run('INSERT INTO identifiers (kind, value, userId) VALUES (?, ?, ?)', [
      kind,
      value,
      user.id,
    ]);
  }
  db.run('INSERT INTO user_search (seq, text) VALUES ((SELECT seq FROM users WHERE id = ?), ?)', [
    user.id,
    searchTextOf(user),
  ]);
}

export function unindexUser(db: Database, userId: string): void {
  db.run('DELETE FROM identifiers WHERE userId = ?', [userId]);
  db.run('DELETE FROM user_search WHERE seq = (SELECT seq FROM users WHERE id = ?)', [userId]);
}

/** True when a change touched nothing that `indexUser` writes: most changes do not. */
export function isSameIndex(before: UserEntity, after: UserEntity): boolean {
  return (
    searchTextOf(before) === searchTextOf(after) &&
    JSON.stringify(identifiersOf(before)) === JSON.stringify(identifiersOf(after))
  );
}
