import { normaliseDomain, type SyncKind, syncIdsMax } from '../../../src/shared/sync';
import { fail } from '../errors';
import type { SyncScope } from './validators';

/** A11, bounded. Parts of the people leave organizations and memberships alone. */
export function checkedScope({ only, emailDomain, ids }: SyncScope): SyncScope {
  const someUsers = emailDomain !== undefined || ids !== undefined;
  if (someUsers && only !== undefined && only !== 'users') {
    fail('INVALID_INPUT', {
      field: 'only',
      message: 'A domain or a list of ids limits users; leave `only` out or set it to users.',
    });
  }
  const domain = emailDomain === undefined ? undefined : normaliseDomain(emailDomain);
  if (domain === null) {
    fail('INVALID_INPUT', {
      field: 'emailDomain',
      message: 'Write the domain as it stands behind the @, for example example.com.',
    });
  }
  const wanted = ids && [...new Set(ids.map((id) => id.trim()))];
  if (wanted && (wanted.length === 0 || wanted.length > syncIdsMax || wanted.some(isNoId))) {
    fail('INVALID_INPUT', { field: 'ids', message: `Name 1 to ${syncIdsMax} Clerk user ids.` });
  }
  return { only: someUsers ? 'users' : only, emailDomain: domain, ids: wanted };
}

function isNoId(id: string): boolean {
  return !/^[\w-]{1,200}$/.test(id);
}

export function kindsOf({ only }: SyncScope): readonly SyncKind[] {
  return only === undefined ? ['users', 'organizations', 'memberships'] : [only];
}

/** Whether the run reads every person of Clerk; only then can it say who is missing there. */
export function readsEverybody({ only, emailDomain, ids }: SyncScope): boolean {
  return (only === undefined || only === 'users') && emailDomain === undefined && ids === undefined;
}

/** For the audit log. */
export function scopeFacts({ only, emailDomain, ids }: SyncScope) {
  return {
    only: only ?? null,
    emailDomain: emailDomain ?? null,
    ids: ids === undefined ? null : ids.slice(0, 100),
  };
}
