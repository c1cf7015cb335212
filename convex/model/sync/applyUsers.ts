import { ownerRole } from '../../../src/shared/roles';
import { syncChangesKept, type SyncOutcome } from '../../../src/shared/sync';
import type { MutationCtx } from '../../_generated/server';
import { applyClerkUser, type ApplyOutcome, contentOfRow, newUser } from '../applyClerkUser';
import { appendAuditMany, type Cause } from '../auditLog';
import { countTogether } from '../counters';
import { acceptInvitationOf } from '../invitations';
import { syncChangesPerBatch } from '../limits';
import { insertUsers, type NewUser, patchUser, type UserRow } from '../userRows';
import type { ClerkUser } from '../validators';
import { contentOf } from '../versionRegister';
import { findStrangers, type Scan, scanStretch, type Stretch } from './findRows';
import { noteUnseen } from './missing';
import { digestOf, digestText, sumDigests } from './planHash';
import {
  describeCreation,
  describeUpdate,
  needsFullCreation,
  planUser,
  type UserPlan,
} from './planUser';
import type { BatchResult } from './checkpoint';
import type { SyncRun } from './runs';
import { readsEverybody } from './scope';

export interface UserBatch {
  users: readonly ClerkUser[];
  /** Where the rows of these people are looked for first; absent: by id alone. */
  stretch?: Stretch;
  /**
   * Given once per page, whose stretch it then is: the ids that Clerk lists there, beside `users`.
   * Whoever else has a row there is noted as unseen.
   */
  listed?: readonly string[];
  /** Goes on with a stretch that holds more rows than one transaction should read. */
  scanCursor: string | null;
  /** `verify`: plans like a dry run and tells the digests, writes nothing. */
  mode: 'apply' | 'dryRun' | 'verify';
  /** Digests of a plan, beside `users`; '' = the plan has no change there. */
  expected?: readonly string[];
}

export type UserBatchEnd =
  | { kind: 'more'; cursor: string; unseen: number }
  | {
      kind: 'done';
      /** How many of `users`, from the first, this transaction has settled. */
      taken: number;
      result: BatchResult;
      /** Of changes, beside the users taken; '' = none. Only for `verify`. */
      digests: string[];
    };

interface Planned {
  user: ClerkUser;
  row: UserRow | null;
  plan: UserPlan;
  digest: number[] | null;
}

/**
 * One batch of people, planned and carried out in the caller's transaction. Unchanged people cost a
 * comparison, new ones a row each and one audit entry together, changed ones go one by one through
 * the upsert of the webhooks.
 */
export async function applyUserBatch(
  ctx: MutationCtx,
  run: SyncRun,
  batch: UserBatch,
  cause: Cause,
): Promise<UserBatchEnd> {
  const scan: Scan =
    batch.stretch === undefined
      ? { rows: new Map() }
      : await scanStretch(ctx, batch.stretch, batch.scanCursor);
  const strangers = strangersIn(run, batch, scan.rows);
  const unseen = await noteUnseen(ctx, run, strangers, cause.now);
  if (scan.more !== undefined) return { kind: 'more', cursor: scan.more, unseen };
  await findStrangers(ctx, batch.users, scan.rows);
  const planned = plan(batch, scan.rows);
  const { taken, moved } = select(planned, batch);
  const planSums = sumDigests(taken.flatMap(({ digest }) => (digest === null ? [] : [digest])));
  const result: BatchResult = { kind: 'users', outcomes: {}, errors: [], unseen, planSums };
  if (batch.mode === 'apply') await carryOut(ctx, run, { taken, moved, result }, cause);
  else await describe(ctx, run, { taken, result, keep: batch.mode === 'dryRun' }, cause);
  return {
    kind: 'done',
    taken: taken.length,
    result,
    digests:
      batch.mode === 'verify'
        ? taken.map(({ digest }) => (digest === null ? '' : digestText(digest)))
        : [],
  };
}

/** Rows of a page's stretch that Clerk does not list there. */
function strangersIn(
  run: SyncRun,
  { users, listed, mode }: UserBatch,
  rows: ReadonlyMap<string, UserRow>,
): UserRow[] {
  if (listed === undefined || mode === 'verify' || !readsEverybody(run.scope)) return [];
  const known = new Set([...users.map((user) => user.externalId), ...listed]);
  return [...rows.values()].filter((row) => !known.has(row.externalId));
}

function plan({ users, mode, expected }: UserBatch, rows: ReadonlyMap<string, UserRow>): Planned[] {
  const needsDigest = mode !== 'apply' || expected !== undefined;
  return users.map((user) => {
    const row = rows.get(user.externalId) ?? null;
    const made = planUser(row, user);
    const digest = needsDigest && isChange(made) ? digestOf(digestLine(made, row, user)) : null;
    return { user, row, plan: made, digest };
  });
}

function isChange({ kind }: UserPlan): boolean {
  return kind === 'create' || kind === 'update' || kind === 'signIn';
}

/** Both sides of a change: when either moves, the digest is another one. */
function digestLine({ kind }: UserPlan, row: UserRow | null, user: ClerkUser): string {
  const here =
    row === null
      ? ''
      : `${row.clerk.updatedAt} ${row.role} ${row.roleRev} ${row.isActive} ${row.push.state} ${contentOf(contentOfRow(row))}`;
  return `${user.externalId} ${kind} ${user.updatedAt} ${contentOf(user)} ${here}`;
}

/** As many as one transaction should change; those that no longer are as planned are left alone. */
function select(
  planned: readonly Planned[],
  { mode, expected }: UserBatch,
): { taken: Planned[]; moved: Set<Planned> } {
  const taken: Planned[] = [];
  const moved = new Set<Planned>();
  let heavy = 0;
  for (const [i, item] of planned.entries()) {
    if (mode === 'apply' && item.plan.kind === 'update') {
      if (heavy === syncChangesPerBatch) break;
      heavy += 1;
    }
    taken.push(item);
    if (expected === undefined || item.digest === null) continue;
    if (expected[i] !== digestText(item.digest)) moved.add(item);
  }
  return { taken, moved };
}

async function carryOut(
  ctx: MutationCtx,
  run: SyncRun,
  work: { taken: readonly Planned[]; moved: ReadonlySet<Planned>; result: BatchResult },
  cause: Cause,
): Promise<void> {
  const { taken, moved, result } = work;
  const count = (outcome: SyncOutcome) => {
    result.outcomes[outcome] = (result.outcomes[outcome] ?? 0) + 1;
  };
  await countTogether(ctx, async () => {
    const fresh: NewUser[] = [];
    const invitable: ClerkUser[] = [];
    for (const item of taken) {
      const { user, row } = item;
      const arrival = { user, instanceId: run.instanceId, via: { kind: 'backfill' as const } };
      if (moved.has(item)) {
        count('moved');
        result.errors.push({ externalId: user.externalId, reason: 'changed since the plan' });
      } else if (item.plan.kind === 'create' && !needsFullCreation(user, ownerRole)) {
        count('added');
        fresh.push(newUser(arrival, cause.now));
        if (user.emailVerified) invitable.push(user);
      } else if (item.plan.kind === 'create' || item.plan.kind === 'update') {
        count(outcomeOf(await applyClerkUser(ctx, arrival, cause)));
      } else {
        if (row !== null) await applyLightly(ctx, row, item);
        count(lightOutcome[item.plan.kind]);
      }
    }
    await insertUsers(ctx, fresh);
    await auditCreations(ctx, run, fresh, cause);
    // Most installations have no invitations: then nobody is looked up.
    if (invitable.length === 0 || (await ctx.db.query('invitations').first()) === null) return;
    for (const user of invitable) await acceptInvitationOf(ctx, user, cause);
  });
}

const lightOutcome = {
  unchanged: 'unchanged',
  touch: 'unchanged',
  newer: 'newer',
  deletedHere: 'deletedHere',
  signIn: 'updated',
} as const satisfies Record<Exclude<UserPlan['kind'], 'create' | 'update'>, SyncOutcome>;

/** Only the version register moves on, or a sign-in: nothing to merge, nothing to audit. */
async function applyLightly(ctx: MutationCtx, row: UserRow, { plan: made, user }: Planned) {
  if (made.kind === 'touch') {
    await patchUser(ctx, row, { clerk: { ...row.clerk, updatedAt: user.updatedAt } });
  } else if (made.kind === 'signIn') {
    await patchUser(ctx, row, { lastSignInAt: user.lastSignInAt });
  }
}

function outcomeOf({ kind }: ApplyOutcome): SyncOutcome {
  switch (kind) {
    case 'created':
      return 'added';
    case 'updated':
    case 'quarantined':
    case 'held':
    case 'refetch':
      return 'updated';
    case 'stale':
      return 'newer';
    case 'duplicate':
      return 'unchanged';
    case 'tombstoned':
      return 'deletedHere';
  }
}

/** One entry per batch and role, so that nobody is given a role without being named in the log. */
async function auditCreations(
  ctx: MutationCtx,
  run: SyncRun,
  fresh: readonly NewUser[],
  cause: Cause,
): Promise<void> {
  const byRole = new Map<string, string[]>();
  for (const { role, externalId } of fresh) {
    const ids = byRole.get(role) ?? [];
    ids.push(externalId);
    byRole.set(role, ids);
  }
  const events = [...byRole].map(([role, users]) => ({
    action: 'users.created',
    target: `sync:${run._id}`,
    after: { role, via: 'backfill', users },
  }));
  await appendAuditMany(ctx, cause, events);
}

/** Counts what would become of each, and keeps the first changes for reading. */
async function describe(
  ctx: MutationCtx,
  run: SyncRun,
  { taken, result, keep }: { taken: readonly Planned[]; result: BatchResult; keep: boolean },
  cause: Cause,
): Promise<void> {
  let kept = 0;
  for (const { user, row, plan: made } of taken) {
    const { kind } = made;
    const outcome =
      kind === 'create' ? 'added' : kind === 'update' ? 'updated' : lightOutcome[kind];
    result.outcomes[outcome] = (result.outcomes[outcome] ?? 0) + 1;
    if (!keep || !isChange(made) || run.changesKept + kept >= syncChangesKept) continue;
    kept += 1;
    await ctx.db.insert('syncChanges', {
      runId: run._id,
      kind: 'users',
      change: row === null ? 'create' : 'update',
      externalId: user.externalId,
      name: user.name,
      fields: row === null ? describeCreation(user) : await describeUpdate(ctx, row, user),
      at: cause.now,
    });
  }
  result.changesKept = kept;
}
