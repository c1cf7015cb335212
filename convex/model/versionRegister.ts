import type { ClerkUser } from './validators';

export type VersionVerdict = 'apply' | 'stale' | 'duplicate' | 'refetch';

/** What a row knows of the newest payload applied to it. */
export interface KnownVersion {
  /** Unix ms; 0 for a row that no payload has reached yet. */
  updatedAt: number;
  /** `contentOf` the row. */
  content: string;
}

/**
 * Rule 2. Newer applies; older is stale; the same instant with the same content is a duplicate, with
 * other content only Clerk itself can say what holds.
 */
export function judgeVersion(known: KnownVersion, incoming: KnownVersion): VersionVerdict {
  if (incoming.updatedAt > known.updatedAt) return 'apply';
  if (incoming.updatedAt < known.updatedAt) return 'stale';
  return incoming.content === known.content ? 'duplicate' : 'refetch';
}

/** The fields of a payload that a row takes over, as one comparable text. */
export function contentOf(
  facts: Pick<
    ClerkUser,
    'firstName' | 'lastName' | 'email' | 'imageUrl' | 'lastSignInAt' | 'publicMetadata' | 'role'
  > & { banned?: boolean },
): string {
  return JSON.stringify([
    facts.firstName ?? null,
    facts.lastName ?? null,
    facts.email ?? null,
    facts.imageUrl ?? null,
    facts.lastSignInAt ?? null,
    facts.publicMetadata ?? null,
    facts.role ?? null,
    facts.banned ?? false,
  ]);
}
