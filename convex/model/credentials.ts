import { type Infer, v } from 'convex/values';
import type { CredentialService } from '../../src/shared/credentials';
import type { Doc, Id } from '../_generated/dataModel';
import type { MutationCtx, QueryCtx } from '../_generated/server';
import { userByExternalId } from './access';
import { appendAudit, type Cause } from './auditLog';
import { fail } from './errors';
import { credentialsListedMax, envelopeLengthMax, rotationBatch, rotationCountMax } from './limits';
import { cleanText } from './text';
import { credentialOrigin, credentialService } from './validators';

/*
 * E6. Convex keeps sealed envelopes and decides who may do what with them; it has no key and never
 * sees a secret. The web server seals and opens.
 */

export type CredentialRow = Doc<'credentials'>;

/** All that people ever see of a credential. */
export const credentialView = v.object({
  _id: v.id('credentials'),
  service: credentialService,
  version: v.number(),
  lastFour: v.string(),
  active: v.boolean(),
  origin: credentialOrigin,
  /** Null when that person is not known any more. */
  createdBy: v.union(v.null(), v.object({ userId: v.id('users'), name: v.string() })),
  createdAt: v.number(),
  replacedAt: v.optional(v.number()),
  test: v.optional(v.object({ at: v.number(), ok: v.boolean(), detail: v.string() })),
  usedAt: v.optional(v.number()),
});

/** For the web server, which alone can open it. */
export const sealedCredential = v.object({
  credentialId: v.id('credentials'),
  /** Clerk organization id, part of what the envelope is bound to. */
  organization: v.string(),
  service: credentialService,
  recordId: v.string(),
  envelope: v.string(),
});
type Sealed = Infer<typeof sealedCredential>;

export interface NewCredential {
  organizationId: Id<'organizations'>;
  service: CredentialService;
  recordId: string;
  envelope: string;
  keyId: string;
  lastFour: string;
  origin: CredentialRow['origin'];
}

export async function listCredentials(
  ctx: QueryCtx,
  organizationId: Id<'organizations'>,
): Promise<Infer<typeof credentialView>[]> {
  const rows = await ctx.db
    .query('credentials')
    .withIndex('byPlace', (q) => q.eq('organizationId', organizationId))
    .order('desc')
    .take(credentialsListedMax);
  return await Promise.all(rows.map((row) => toView(ctx, row)));
}

/** Stores a new version; the one before keeps its history and loses its envelope for good. */
export async function storeCredential(
  ctx: MutationCtx,
  credential: NewCredential,
  storer: { externalId: string },
  cause: Cause,
): Promise<Infer<typeof credentialView>> {
  const { organizationId, service } = credential;
  checkEnvelope(credential.envelope);
  const organization = await ctx.db.get('organizations', organizationId);
  if (organization === null || organization.status === 'deleted') {
    fail('NOT_FOUND', { field: 'organizationId', message: 'There is no such organization.' });
  }
  const last = await newest(ctx, organizationId, service);
  const version = (last?.version ?? 0) + 1;
  if (last !== null) {
    await ctx.db.patch('credentials', last._id, {
      active: false,
      envelope: undefined,
      keyId: undefined,
      replacedAt: cause.now,
    });
  }
  const id = await ctx.db.insert('credentials', {
    organizationId,
    service,
    recordId: credential.recordId,
    version,
    envelope: credential.envelope,
    keyId: credential.keyId,
    lastFour: cleanText(credential.lastFour, 4) ?? '',
    active: true,
    origin: credential.origin,
    createdBy: storer.externalId,
    createdAt: cause.now,
  });
  await appendAudit(ctx, cause, {
    action: credential.origin === 'fernet' ? 'credential.imported' : 'credential.stored',
    target: `organization:${organization.externalId}`,
    before: { service, version: version === 1 ? null : version - 1 },
    after: { service, version },
  });
  const row = await ctx.db.get('credentials', id);
  if (row === null) throw new Error('a row just inserted is not there');
  return await toView(ctx, row);
}

export async function setCredentialActive(
  ctx: MutationCtx,
  row: CredentialRow,
  active: boolean,
  cause: Cause,
): Promise<Infer<typeof credentialView>> {
  if (row.replacedAt !== undefined) fail('CREDENTIAL_INACTIVE');
  if (row.active !== active) {
    await ctx.db.patch('credentials', row._id, { active });
    await auditCredential(ctx, row, cause, {
      action: active ? 'credential.activated' : 'credential.deactivated',
      before: { active: row.active },
      after: { active },
    });
  }
  return await toView(ctx, { ...row, active });
}

/** Hands the envelope to the web server and says so in the log. */
export async function takeCredential(
  ctx: MutationCtx,
  row: CredentialRow,
  purpose: string,
  cause: Cause,
): Promise<Sealed> {
  if (!row.active || row.envelope === undefined) fail('CREDENTIAL_INACTIVE');
  await ctx.db.patch('credentials', row._id, { usedAt: cause.now });
  await auditCredential(ctx, row, cause, {
    action: 'credential.opened',
    after: { purpose: cleanText(purpose, 100) ?? 'unknown' },
  });
  return await toSealed(ctx, row, row.envelope);
}

export async function recordTest(
  ctx: MutationCtx,
  row: CredentialRow,
  { ok, detail }: { ok: boolean; detail: string },
  cause: Cause,
): Promise<void> {
  const kept = cleanText(detail, 200) ?? '';
  await ctx.db.patch('credentials', row._id, { test: { at: cause.now, ok, detail: kept } });
  await auditCredential(ctx, row, cause, {
    action: 'credential.tested',
    before: { ok: row.test?.ok ?? null },
    after: { ok },
  });
}

/** The active credential of a service, for server code that uses it. */
export async function activeCredential(
  ctx: QueryCtx,
  organizationId: Id<'organizations'>,
  service: CredentialService,
): Promise<CredentialRow> {
  const row = await newest(ctx, organizationId, service);
  if (row === null) fail('CREDENTIAL_NOT_FOUND');
  if (!row.active) fail('CREDENTIAL_INACTIVE');
  return row;
}

/** How many envelopes are not sealed with `keyId`; a number that stops counting at its bound. */
export async function countStale(ctx: QueryCtx, keyId: string) {
  const stale = (await staleRows(ctx, keyId, rotationCountMax)).length;
  return { stale, more: stale === rotationCountMax };
}

/** The next envelopes that another key sealed, for the web server to seal anew. */
export async function nextStale(ctx: QueryCtx, keyId: string): Promise<Sealed[]> {
  const rows = await staleRows(ctx, keyId, rotationBatch);
  const sealed = rows.map((row) =>
    row.envelope === undefined ? undefined : toSealed(ctx, row, row.envelope),
  );
  return await Promise.all(sealed.filter((one) => one !== undefined));
}

/** Puts the new envelope in place of exactly the old one. */
export async function reseal(
  ctx: MutationCtx,
  row: CredentialRow,
  { from, to, keyId }: { from: string; to: string; keyId: string },
  cause: Cause,
): Promise<void> {
  checkEnvelope(to);
  if (row.envelope !== from) fail('CREDENTIAL_CHANGED');
  const before = { key: row.keyId ?? null };
  await ctx.db.patch('credentials', row._id, { envelope: to, keyId });
  await auditCredential(ctx, row, cause, {
    action: 'credential.resealed',
    before,
    after: { key: keyId },
  });
}

function checkEnvelope(envelope: string): void {
  if (envelope.length <= envelopeLengthMax && /^v1\.[\w-]+\.[\w-]+\.[\w-]+$/.test(envelope)) return;
  fail('INVALID_INPUT', { field: 'envelope', message: 'This is no sealed credential.' });
}

/** Rows without an envelope have no key either, and an absent key sorts before every text. */
async function staleRows(ctx: QueryCtx, keyId: string, limit: number): Promise<CredentialRow[]> {
  const credentials = () => ctx.db.query('credentials');
  const before = await credentials()
    .withIndex('byKey', (q) => q.gte('keyId', '').lt('keyId', keyId))
    .take(limit);
  if (before.length === limit) return before;
  const after = await credentials()
    .withIndex('byKey', (q) => q.gt('keyId', keyId))
    .take(limit - before.length);
  return [...before, ...after];
}

async function newest(
  ctx: QueryCtx,
  organizationId: Id<'organizations'>,
  service: CredentialService,
): Promise<CredentialRow | null> {
  return await ctx.db
    .query('credentials')
    .withIndex('byPlace', (q) => q.eq('organizationId', organizationId).eq('service', service))
    .order('desc')
    .first();
}

async function toSealed(ctx: QueryCtx, row: CredentialRow, envelope: string): Promise<Sealed> {
  const organization = await ctx.db.get('organizations', row.organizationId);
  if (organization === null) fail('CREDENTIAL_NOT_FOUND');
  return {
    credentialId: row._id,
    organization: organization.externalId,
    service: row.service,
    recordId: row.recordId,
    envelope,
  };
}

async function toView(ctx: QueryCtx, row: CredentialRow): Promise<Infer<typeof credentialView>> {
  const storer = await userByExternalId(ctx, row.createdBy);
  return {
    _id: row._id,
    service: row.service,
    version: row.version,
    lastFour: row.lastFour,
    active: row.active,
    origin: row.origin,
    createdBy: storer && { userId: storer._id, name: storer.name },
    createdAt: row.createdAt,
    replacedAt: row.replacedAt,
    test: row.test,
    usedAt: row.usedAt,
  };
}

interface CredentialEvent {
  action: string;
  before?: Record<string, string | boolean | null>;
  after?: Record<string, string | boolean>;
}

async function auditCredential(
  ctx: MutationCtx,
  row: CredentialRow,
  cause: Cause,
  { action, before, after }: CredentialEvent,
): Promise<void> {
  const organization = await ctx.db.get('organizations', row.organizationId);
  await appendAudit(ctx, cause, {
    action,
    target: `organization:${organization?.externalId ?? row.organizationId}`,
    ...(before && { before }),
    after: { service: row.service, version: row.version, ...after },
  });
}
