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

/** How a payload came: by itself, or asked for to settle a tie, as the answer to question `ask`. */
export type Via = { kind: string } | { kind: 'fetch'; ask: number };

/** Rule 2 with re-fetches: only the answer to the newest question settles a tie. */
export function judgeArrival(
  known: KnownVersion & { refetch?: number },
  incoming: KnownVersion,
  via: Via,
): VersionVerdict {
  const verdict = judgeVersion(known, incoming);
  if (verdict !== 'refetch' || !('ask' in via)) return verdict;
  // An answer to an older question changes nothing: the newer one is under way.
  return via.ask === (known.refetch ?? 0) ? 'apply' : 'stale';
}

/** The fields of a person's payload that a row takes over. */
export type Content = Pick<
  ClerkUser,
  'firstName' | 'lastName' | 'email' | 'imageUrl' | 'lastSignInAt' | 'publicMetadata' | 'role'
> & { banned?: boolean };

/** As one comparable text. */
export function contentOf(facts: Content): string {
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

/** Whether `contentOf` both is the same, told without making the texts: a sync asks it of everybody. */
export function isSameContent(one: Content, other: Content): boolean {
  return (
    one.firstName === other.firstName &&
    one.lastName === other.lastName &&
    one.email === other.email &&
    one.imageUrl === other.imageUrl &&
    one.lastSignInAt === other.lastSignInAt &&
    one.publicMetadata === other.publicMetadata &&
    one.role === other.role &&
    (one.banned ?? false) === (other.banned ?? false)
  );
}
