import { nameLengthMax } from '../../src/shared/invitations';
import type { MutationCtx } from '../_generated/server';
import { appendAudit, type Cause } from './auditLog';
import { fullName } from './clerkUser';
import { fail } from './errors';
import { closeOpen, givenUp, type Intent, queueName } from './intents';
import { mergeName, sameName } from './mergeName';
import { cleanText } from './text';
import { patchUser, type UserChange, type UserRow } from './userRows';
import type { AuditFacts, ClerkUser, NameEdit, NameParts } from './validators';

/**
 * D2: changes a name here at once and in Clerk by outbox. The caller has checked permission. The
 * name that a person has already changes nothing.
 */
export async function changeName(
  ctx: MutationCtx,
  row: UserRow,
  wanted: { firstName: string; lastName: string },
  cause: Cause,
): Promise<UserRow> {
  if (row.deletedAt !== undefined || row.heldDeletionAt !== undefined) fail('USER_DELETED');
  const name: NameParts = {
    firstName: readPart('firstName', wanted.firstName),
    lastName: readPart('lastName', wanted.lastName),
  };
  if (sameName(row, name)) return row;
  const changed = await decideName(ctx, row, name, cause);
  await appendAudit(ctx, cause, {
    action: 'name.changed',
    target: `user:${row.externalId}`,
    before: { rev: row.nameEdit?.rev ?? 0 },
    // Names, never values: the audit log outlives an erased person.
    after: { fields: changedParts(row, name), rev: changed.nameEdit?.rev ?? 0 },
  });
  return changed;
}

/** Sends the name that stands to Clerk once more. */
export async function retryName(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  const changed = await decideName(ctx, row, row, cause);
  await appendAudit(ctx, cause, {
    action: 'name.pushRetried',
    target: `user:${row.externalId}`,
    before: { push: row.nameEdit?.state ?? null },
    after: { rev: changed.nameEdit?.rev ?? 0 },
  });
  return changed;
}

export interface MergedName {
  change: UserChange;
  /** What follows once the row is written; absent where nothing does. */
  finish?: (row: UserRow) => Promise<void>;
}

/** Carries `mergeName` over to a row: what to write, and what must happen besides. */
export async function mergeIncomingName(
  ctx: MutationCtx,
  row: UserRow,
  user: Pick<ClerkUser, 'firstName' | 'lastName' | 'name' | 'updatedAt'>,
  cause: Cause,
): Promise<MergedName> {
  const { nameEdit } = row;
  const theirs = { firstName: user.firstName, lastName: user.lastName, name: user.name };
  if (nameEdit === undefined) return { change: theirs };
  const older = sameName(row, user) ? undefined : await olderPush(ctx, row, user);
  const merge = mergeName(row, nameEdit, { ...user, pushedBefore: older !== undefined });
  const close = async (changed: UserRow, as: 'done' | 'superseded') =>
    await closeOpen(ctx, changed, { as, of: 'name', now: cause.now });
  const note = async (action: string, after: AuditFacts) => {
    await appendAudit(
      ctx,
      { ...cause, source: 'clerk' },
      {
        action,
        target: `user:${row.externalId}`,
        before: { rev: nameEdit.rev, clerkUpdatedAt: row.clerk.updatedAt },
        after: { clerkUpdatedAt: user.updatedAt, fields: changedParts(row, user), ...after },
      },
    );
  };
  switch (merge.kind) {
    case 'inSync': {
      if (!merge.proof && !givenUp(nameEdit)) return { change: theirs };
      const settled = { ...nameEdit, state: 'synced' as const, reason: undefined, proven: true };
      return {
        change: { ...theirs, nameEdit: settled },
        finish: async (changed) => await close(changed, 'done'),
      };
    }
    case 'oldNews':
      return { change: { ...oursOf(row), nameEdit: rebased(nameEdit, user) } };
    case 'overtaken':
      return {
        change: { ...oursOf(row), nameEdit: rebased(nameEdit, user) },
        finish: async (changed) => {
          if (older !== undefined) await useUpDoubt(ctx, older);
          await note('name.pushOvertaken', {});
          await decideName(ctx, changed, changed, cause);
        },
      };
    case 'theirs':
      return {
        change: { ...theirs, nameEdit: undefined },
        finish: async () => await note('name.changedInClerk', {}),
      };
    case 'conflict':
      return merge.winner === 'theirs'
        ? {
            change: { ...theirs, nameEdit: undefined },
            finish: async (changed) => {
              await close(changed, 'superseded');
              await note('name.conflict', { winner: 'theirs' });
            },
          }
        : {
            change: { ...oursOf(row), nameEdit: rebased(nameEdit, user) },
            finish: async () => await note('name.conflict', { winner: 'ours' }),
          };
  }
}

/**
 * Called when a push of a name ended well, with the moment of Clerk's answer. A payload newer than
 * that, applied while the push was under way, came after it: what read as old news then, because
 * Clerk said what it had said before, was somebody's edit back.
 */
export async function compareName(
  ctx: MutationCtx,
  row: UserRow,
  answeredAt: number,
  cause: Cause,
): Promise<void> {
  const { nameEdit, clerk } = row;
  if (nameEdit?.state !== 'synced' || nameEdit.proven) return;
  const answered = await patchUser(ctx, row, { nameEdit: { ...nameEdit, answeredAt } });
  if (clerk.updatedAt > answeredAt) await takeEditBack(ctx, answered, cause);
}

/**
 * Called when Clerk was asked about a tie and says what the row knows of it already. In a tie with
 * the answer to our push that is newer than the answer: the question came after it.
 */
export async function compareNameInTie(
  ctx: MutationCtx,
  row: UserRow,
  cause: Cause,
): Promise<UserRow> {
  const { nameEdit, clerk } = row;
  if (nameEdit?.state !== 'synced' || nameEdit.proven) return row;
  if (nameEdit.answeredAt !== clerk.updatedAt) return row;
  return await takeEditBack(ctx, row, cause);
}

/** Clerk says again what it said before our push arrived there. */
async function takeEditBack(ctx: MutationCtx, row: UserRow, cause: Cause): Promise<UserRow> {
  if (row.nameEdit === undefined) return row;
  const { firstName, lastName } = row.nameEdit.base;
  const name = fullName(firstName, lastName);
  const theirs = { firstName, lastName, name, updatedAt: row.clerk.updatedAt };
  const arrived = { ...row, nameEdit: { ...row.nameEdit, proven: true } };
  const merge = await mergeIncomingName(ctx, arrived, theirs, cause);
  const changed = await patchUser(ctx, row, { ...merge.change, updatedAt: cause.now });
  await merge.finish?.(changed);
  return changed;
}

/**
 * A push of ours before the newest that carried the name of this payload. Once the newest is settled
 * only one whose end we never learnt can still land.
 */
async function olderPush(
  ctx: MutationCtx,
  row: UserRow,
  user: NameParts,
): Promise<Intent | undefined> {
  const settled = row.nameEdit?.state === 'synced';
  const recent = await ctx.db
    .query('roleIntents')
    .withIndex('byKind', (q) => q.eq('userId', row._id).eq('kind', 'name'))
    .order('desc')
    .take(50);
  return recent.find(
    ({ rev, attempts, doubts, name }) =>
      rev < (row.nameEdit?.rev ?? 0) &&
      attempts > 0 &&
      (!settled || (doubts ?? 0) > 0) &&
      sameName(name ?? {}, user),
  );
}

async function useUpDoubt(ctx: MutationCtx, { _id, doubts }: Intent): Promise<void> {
  await ctx.db.patch('roleIntents', _id, { doubts: Math.max(0, (doubts ?? 0) - 1) });
}

/** The name as Clerk has it, as far as we know: what payloads of one instant are compared with. */
export function nameInClerk({ nameEdit, firstName, lastName }: UserRow): NameParts {
  return nameEdit === undefined || nameEdit.proven ? { firstName, lastName } : nameEdit.base;
}

async function decideName(
  ctx: MutationCtx,
  row: UserRow,
  { firstName, lastName }: NameParts,
  cause: Cause,
): Promise<UserRow> {
  const since = row.nameEdit?.rev ?? (await newestRev(ctx, row));
  const changed = await patchUser(ctx, row, {
    firstName,
    lastName,
    name: fullName(firstName, lastName),
    nameEdit: {
      state: 'pending',
      rev: since + 1,
      decidedAt: cause.now,
      base: nameInClerk(row),
      proven: false,
    },
    updatedAt: cause.now,
  });
  await queueName(ctx, changed, cause.now);
  return changed;
}

/** Counts on where Clerk's name was taken over: a push from before may still be under way. */
async function newestRev(ctx: MutationCtx, row: UserRow): Promise<number> {
  const newest = await ctx.db
    .query('roleIntents')
    .withIndex('byKind', (q) => q.eq('userId', row._id).eq('kind', 'name'))
    .order('desc')
    .first();
  return newest?.rev ?? 0;
}

function oursOf({ firstName, lastName, name }: UserRow): UserChange {
  return { firstName, lastName, name };
}

/** Remembers what Clerk says now, where our name has not been seen there yet. */
function rebased(edit: NameEdit, { firstName, lastName }: NameParts): NameEdit {
  return { ...edit, base: { firstName, lastName }, proven: false };
}

function changedParts(before: NameParts, after: NameParts): string[] {
  return (['firstName', 'lastName'] as const).filter((part) => before[part] !== after[part]);
}

function readPart(field: 'firstName' | 'lastName', value: string): string | undefined {
  if (value.length > nameLengthMax) {
    fail('INVALID_INPUT', { field, message: `A name has at most ${nameLengthMax} characters.` });
  }
  return cleanText(value, nameLengthMax);
}
