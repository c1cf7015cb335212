import { defaultRole, isRole, type Role } from '../../src/shared/roles';

/** Our side of the merge. */
export interface OurRole {
  role: Role;
  rev: number;
  /** Unix ms. */
  decidedAt: number;
  /** Our decision has not been proven to have reached Clerk: pending, or given up. */
  unsettled: boolean;
}

/** Clerk's side: one payload that the version register let through. */
export interface IncomingRole {
  /** `rawRole` of `public_metadata.role`; undefined = none. */
  raw: string | undefined;
  /** `private_metadata.rollcall.rev`: the newest push of ours that the payload includes. */
  rev: number | undefined;
  /** The role which the push named by the payload carried, while we still know it. */
  pushedRole: Role | undefined;
  /** Unix ms. */
  updatedAt: number;
}

export type RoleMerge =
  /** Both sides agree; `echo` proves that our current decision reached Clerk. */
  | { kind: 'inSync'; echo: boolean }
  /** Clerk says what it said before, or repeats an older push of ours: our push stands. */
  | { kind: 'oldNews'; because: 'unchanged' | 'olderPush' }
  /** An older push of ours, long given up on, landed in Clerk after our newest one. */
  | { kind: 'overwritten' }
  /** Somebody edited Clerk after us. */
  | { kind: 'external'; role: Role }
  /** Somebody edited Clerk while our push was under way. */
  | { kind: 'conflict'; winner: 'ours' | 'theirs'; theirs: Role }
  /** Clerk names a role we do not know. */
  | { kind: 'unknown'; raw: string };

/**
 * Rule 6: merges our role, the last one seen from Clerk and an incoming one. No role in Clerk means
 * the default one (C9), so removing it there is an edit like any other.
 *
 * Pure and total. Converges because an outcome that takes Clerk's side never writes to Clerk, and
 * `overwritten` can happen only once per push that had been given up on.
 */
export function mergeRole(
  ours: OurRole,
  lastSeen: string | undefined,
  incoming: IncomingRole,
): RoleMerge {
  const carriesCurrent = (incoming.rev ?? 0) >= ours.rev;
  if (incoming.raw !== undefined && !isRole(incoming.raw)) {
    return { kind: 'unknown', raw: incoming.raw };
  }
  const theirs = incoming.raw ?? defaultRole;
  if (theirs === ours.role) return { kind: 'inSync', echo: carriesCurrent };
  // Before our first decision every payload carries "our current revision", namely none: only a
  // change of what Clerk says is an edit then.
  const unchanged = incoming.raw === lastSeen;
  if (unchanged && (!carriesCurrent || ours.rev === 0)) {
    return { kind: 'oldNews', because: 'unchanged' };
  }
  if (carriesCurrent) return { kind: 'external', role: theirs };
  if (incoming.raw !== undefined && incoming.raw === incoming.pushedRole) {
    return ours.unsettled ? { kind: 'oldNews', because: 'olderPush' } : { kind: 'overwritten' };
  }
  if (!ours.unsettled) return { kind: 'external', role: theirs };
  // A tie goes to us: our decision was made knowing the older state, and it is already queued.
  const winner = incoming.updatedAt > ours.decidedAt ? 'theirs' : 'ours';
  return { kind: 'conflict', winner, theirs };
}
