import type { NameEdit, NameParts } from './validators';

export type NameMerge =
  /** Clerk's name counts: nobody decided one here, or somebody edited it in Clerk after us. */
  | { kind: 'theirs'; external: boolean }
  /** Clerk says our name; `proof` = it can only have it from our push. */
  | { kind: 'inSync'; proof: boolean }
  /** Clerk says what it said before, or repeats an older push of ours: ours stands. */
  | { kind: 'oldNews' }
  /** An older push of ours, long given up on, landed in Clerk after our newest one. */
  | { kind: 'overtaken' }
  /** Somebody edited Clerk while ours was under way or given up. */
  | { kind: 'conflict'; winner: 'ours' | 'theirs' };

/**
 * Merges our name, what Clerk said when we decided, and what Clerk says in a payload that the
 * version register let through. A name carries no revision in Clerk, so the name itself is the proof
 * of an echo; `pushedBefore` = an older push of ours carried `theirs` and may have landed. Pure and
 * total.
 */
export function mergeName(
  ours: NameParts,
  edit: Pick<NameEdit, 'state' | 'decidedAt' | 'base' | 'proven' | 'answeredAt'> | undefined,
  theirs: NameParts & { updatedAt: number; pushedBefore: boolean },
): NameMerge {
  if (sameName(ours, theirs)) {
    return { kind: 'inSync', proof: edit !== undefined && !sameName(edit.base, ours) };
  }
  if (edit === undefined) return { kind: 'theirs', external: false };
  const settled = edit.state === 'synced';
  const isLater = settled && theirs.updatedAt > (edit.answeredAt ?? Infinity);
  // After the answer to our push, what Clerk said before it is an edit back.
  if (!edit.proven && !isLater && sameName(edit.base, theirs)) return { kind: 'oldNews' };
  if (theirs.pushedBefore) return { kind: settled ? 'overtaken' : 'oldNews' };
  if (settled) return { kind: 'theirs', external: true };
  // A tie goes to us, as with roles.
  return { kind: 'conflict', winner: theirs.updatedAt > edit.decidedAt ? 'theirs' : 'ours' };
}

export function sameName(a: NameParts, b: NameParts): boolean {
  return a.firstName === b.firstName && a.lastName === b.lastName;
}
