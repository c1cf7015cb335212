import { syncChangesKept, type SyncOutcome } from '../../../src/shared/sync';
import type { MutationCtx } from '../../_generated/server';
import {
  applyMembership,
  belongsToDeleted,
  changedMembershipFields,
  insertNewMembership,
  judgeMembership,
  membershipByExternalId,
} from '../applyMembership';
import type { MembershipRow } from '../membershipRows';
import {
  applyOrganization,
  changedOrganizationFields,
  insertOrganization,
  judgeOrganization,
  type MirrorOutcome,
  organizationByExternalId,
  type OrganizationRow,
} from '../applyOrganization';
import { appendAuditMany, type Cause } from '../auditLog';
import { syncChangesPerBatch } from '../limits';
import type { ClerkMembership, ClerkOrganization } from '../validators';
import type { VersionVerdict } from '../versionRegister';
import { digestOf, digestText, sumDigests } from './planHash';
import type { BatchResult } from './checkpoint';
import type { SyncRun } from './runs';
import type { FieldChange } from './validators';

const via = { kind: 'backfill' } as const;

/** What organizations and memberships differ in. */
interface Mirror<T, Row> {
  kind: 'organizations' | 'memberships';
  idOf(record: T): string;
  nameOf(record: T): string;
  find(ctx: MutationCtx, record: T): Promise<Row | null>;
  judge(row: Row, record: T): VersionVerdict | 'tombstoned';
  fields(row: Row, record: T): string[];
  /** A new row without its audit entry; what became of it. */
  insert(ctx: MutationCtx, run: SyncRun, record: T, now: number): Promise<'added' | 'deletedHere'>;
  /** The upsert of the webhooks. */
  apply(ctx: MutationCtx, run: SyncRun, record: T, cause: Cause): Promise<MirrorOutcome>;
}

const organizations: Mirror<ClerkOrganization, OrganizationRow> = {
  kind: 'organizations',
  idOf: ({ externalId }) => externalId,
  nameOf: ({ name }) => name,
  find: (ctx, { externalId }) => organizationByExternalId(ctx, externalId),
  judge: (row, organization) => judgeOrganization(row, organization, via),
  fields: changedOrganizationFields,
  async insert(ctx, { instanceId }, organization, now) {
    await insertOrganization(ctx, { organization, instanceId, via }, now);
    return 'added';
  },
  apply: (ctx, { instanceId }, organization, cause) =>
    applyOrganization(ctx, { organization, instanceId, via }, cause),
};

const memberships: Mirror<ClerkMembership, MembershipRow> = {
  kind: 'memberships',
  idOf: ({ externalId }) => externalId,
  nameOf: ({ organizationExternalId, userExternalId }) =>
    `${userExternalId ?? 'somebody'} in ${organizationExternalId}`,
  find: (ctx, { externalId }) => membershipByExternalId(ctx, externalId),
  judge: (row, membership) => judgeMembership(row, membership, via),
  fields: changedMembershipFields,
  async insert(ctx, { instanceId }, membership, now) {
    const orphaned = await belongsToDeleted(ctx, membership);
    await insertNewMembership(ctx, { membership, instanceId, via }, { orphaned, now });
    return orphaned ? 'deletedHere' : 'added';
  },
  apply: (ctx, { instanceId }, membership, cause) =>
    applyMembership(ctx, { membership, instanceId, via }, cause),
};

export interface MirrorBatch<T> {
  records: readonly T[];
  mode: 'apply' | 'dryRun' | 'verify';
  expected?: readonly string[];
}

export interface MirrorBatchEnd {
  taken: number;
  result: BatchResult;
  digests: string[];
}

type Apply<T> = (
  ctx: MutationCtx,
  run: SyncRun,
  batch: MirrorBatch<T>,
  cause: Cause,
) => Promise<MirrorBatchEnd>;

export const applyOrganizationBatch: Apply<ClerkOrganization> = (ctx, run, batch, cause) =>
  applyMirrorBatch(organizations, ctx, { run, batch, cause });

export const applyMembershipBatch: Apply<ClerkMembership> = (ctx, run, batch, cause) =>
  applyMirrorBatch(memberships, ctx, { run, batch, cause });

interface Planned<T, Row> {
  record: T;
  row: Row | null;
  verdict: VersionVerdict | 'tombstoned' | 'create';
  digest: number[] | null;
}

/** As `applyUserBatch`, for records that are only mirrored. */
async function applyMirrorBatch<T, Row>(
  mirror: Mirror<T, Row>,
  ctx: MutationCtx,
  { run, batch, cause }: { run: SyncRun; batch: MirrorBatch<T>; cause: Cause },
): Promise<MirrorBatchEnd> {
  const planned = await Promise.all(
    batch.records.map((record) => plan(mirror, ctx, { record, mode: batch.mode, batch })),
  );
  const taken = batch.mode === 'apply' ? affordable(planned) : planned;
  const digests = taken.map(({ digest }) => (digest === null ? '' : digestText(digest)));
  const planSums = sumDigests(taken.flatMap(({ digest }) => (digest === null ? [] : [digest])));
  const result: BatchResult = { kind: mirror.kind, outcomes: {}, errors: [], planSums };
  const work = { run, taken, result, cause };
  if (batch.mode === 'apply') await carryOut(mirror, ctx, { ...work, digests, batch });
  else await describe(mirror, ctx, { ...work, keep: batch.mode === 'dryRun' });
  return { taken: taken.length, result, digests: batch.mode === 'verify' ? digests : [] };
}

async function plan<T, Row>(
  mirror: Mirror<T, Row>,
  ctx: MutationCtx,
  { record, batch }: { record: T; mode: string; batch: MirrorBatch<T> },
): Promise<Planned<T, Row>> {
  const row = await mirror.find(ctx, record);
  const verdict = row === null ? 'create' : mirror.judge(row, record);
  const isChange = verdict === 'create' || verdict === 'apply';
  const needsDigest = batch.mode !== 'apply' || batch.expected !== undefined;
  const line = `${mirror.idOf(record)} ${verdict} ${JSON.stringify(record)} ${JSON.stringify(row)}`;
  return { record, row, verdict, digest: isChange && needsDigest ? digestOf(line) : null };
}

function affordable<T, Row>(planned: Planned<T, Row>[]): Planned<T, Row>[] {
  let changes = 0;
  const end = planned.findIndex(({ verdict }) => {
    if (verdict === 'apply' || verdict === 'refetch') changes += 1;
    return changes > syncChangesPerBatch;
  });
  return end < 0 ? planned : planned.slice(0, end);
}

interface Work<T, Row> {
  run: SyncRun;
  taken: readonly Planned<T, Row>[];
  result: BatchResult;
  cause: Cause;
}

async function carryOut<T, Row>(
  mirror: Mirror<T, Row>,
  ctx: MutationCtx,
  work: Work<T, Row> & { digests: readonly string[]; batch: MirrorBatch<T> },
): Promise<void> {
  const { run, taken, result, cause, digests, batch } = work;
  const created: string[] = [];
  for (const [i, { record, verdict, digest }] of taken.entries()) {
    const externalId = mirror.idOf(record);
    if (batch.expected !== undefined && digest !== null && batch.expected[i] !== digests[i]) {
      count(result, 'moved');
      result.errors.push({ externalId, reason: 'changed since the plan' });
    } else if (verdict === 'create') {
      count(result, await mirror.insert(ctx, run, record, cause.now));
      created.push(externalId);
    } else if (verdict === 'apply' || verdict === 'refetch') {
      count(result, outcomeOf(await mirror.apply(ctx, run, record, cause)));
    } else count(result, outcomeOf(verdict));
  }
  if (created.length === 0) return;
  await appendAuditMany(ctx, cause, [
    {
      action: `${mirror.kind}.created`,
      target: `sync:${run._id}`,
      after: { via: 'backfill', [mirror.kind]: created },
    },
  ]);
}

async function describe<T, Row>(
  mirror: Mirror<T, Row>,
  ctx: MutationCtx,
  { run, taken, result, cause, keep }: Work<T, Row> & { keep: boolean },
): Promise<void> {
  let kept = 0;
  for (const { record, row, verdict, digest } of taken) {
    count(result, verdict === 'create' ? 'added' : outcomeOf(verdict));
    if (!keep || digest === null || run.changesKept + kept >= syncChangesKept) continue;
    kept += 1;
    await ctx.db.insert('syncChanges', {
      runId: run._id,
      kind: mirror.kind,
      change: row === null ? 'create' : 'update',
      externalId: mirror.idOf(record),
      name: mirror.nameOf(record),
      fields: row === null ? [] : fieldChanges(row, record, mirror.fields(row, record)),
      at: cause.now,
    });
  }
  result.changesKept = kept;
}

function fieldChanges(row: unknown, record: unknown, names: string[]): FieldChange[] {
  return names.map((field) => ({
    field,
    before: shown(row, field),
    after: shown(record, field),
    wins: 'clerk',
    why: 'organizations and memberships are kept in Clerk',
  }));
}

function shown(from: unknown, field: string): FieldChange['before'] {
  const value: unknown = Reflect.get(Object(from), field);
  if (typeof value === 'string' || typeof value === 'number') return value;
  return value === undefined ? null : JSON.stringify(value);
}

function count(result: BatchResult, outcome: SyncOutcome): void {
  result.outcomes[outcome] = (result.outcomes[outcome] ?? 0) + 1;
}

function outcomeOf(kind: MirrorOutcome | VersionVerdict): SyncOutcome {
  switch (kind) {
    case 'created':
      return 'added';
    case 'apply':
    case 'updated':
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
