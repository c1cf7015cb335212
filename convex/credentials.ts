import { v } from 'convex/values';
import type { Id } from './_generated/dataModel';
import type { QueryCtx } from './_generated/server';
import { mutation, query } from './functions';
import { requirePermission } from './model/access';
import { byCaller } from './model/cause';
import {
  activeCredential,
  countStale,
  type CredentialRow,
  credentialView,
  listCredentials,
  nextStale,
  recordTest,
  reseal,
  sealedCredential,
  setCredentialActive,
  storeCredential,
  takeCredential,
} from './model/credentials';
import { fail } from './model/errors';
import { limitCaller } from './model/pools';
import { credentialOrigin, credentialService } from './model/validators';

/** The vault of an organization: what there is, never what is in it (E6). */
export const list = query({
  args: { organizationId: v.id('organizations') },
  returns: v.array(credentialView),
  handler: async (ctx, { organizationId }) => {
    requirePermission(ctx.actor, 'credentials:write');
    return await listCredentials(ctx, organizationId);
  },
});

/** Keeps an envelope that the web server sealed; it replaces the one before. */
export const store = mutation({
  args: {
    organizationId: v.id('organizations'),
    service: credentialService,
    recordId: v.string(),
    envelope: v.string(),
    keyId: v.string(),
    lastFour: v.string(),
    origin: credentialOrigin,
  },
  returns: credentialView,
  handler: async (ctx, credential) => {
    requirePermission(ctx.actor, 'credentials:write');
    await limitCaller(ctx, 'writeCredential', ctx.actor.externalId);
    return await storeCredential(ctx, credential, ctx.actor, byCaller(ctx.actor));
  },
});

export const setActive = mutation({
  args: { credentialId: v.id('credentials'), active: v.boolean() },
  returns: credentialView,
  handler: async (ctx, { credentialId, active }) => {
    requirePermission(ctx.actor, 'credentials:write');
    await limitCaller(ctx, 'writeCredential', ctx.actor.externalId);
    const row = await credential(ctx, credentialId);
    return await setCredentialActive(ctx, row, active, byCaller(ctx.actor));
  },
});

/** The active envelope of a service, for the web server to open; each time is in the log. */
export const take = mutation({
  args: {
    organizationId: v.id('organizations'),
    service: credentialService,
    purpose: v.string(),
  },
  returns: sealedCredential,
  handler: async (ctx, { organizationId, service, purpose }) => {
    requirePermission(ctx.actor, 'credentials:write');
    await limitCaller(ctx, 'openCredential', ctx.actor.externalId);
    const row = await activeCredential(ctx, organizationId, service);
    return await takeCredential(ctx, row, purpose, byCaller(ctx.actor));
  },
});

export const recordTested = mutation({
  args: { credentialId: v.id('credentials'), ok: v.boolean(), detail: v.string() },
  returns: v.null(),
  handler: async (ctx, { credentialId, ...outcome }) => {
    requirePermission(ctx.actor, 'credentials:write');
    await recordTest(ctx, await credential(ctx, credentialId), outcome, byCaller(ctx.actor));
    return null;
  },
});

/** How many envelopes another key than `keyId` sealed. */
export const rotation = query({
  args: { keyId: v.string() },
  returns: v.object({ stale: v.number(), more: v.boolean() }),
  handler: async (ctx, { keyId }) => {
    requirePermission(ctx.actor, 'credentials:write');
    return await countStale(ctx, keyId);
  },
});

/** The next of them, for the web server to seal anew. */
export const stale = query({
  args: { keyId: v.string() },
  returns: v.array(sealedCredential),
  handler: async (ctx, { keyId }) => {
    requirePermission(ctx.actor, 'credentials:write');
    return await nextStale(ctx, keyId);
  },
});

export const replaceEnvelope = mutation({
  args: {
    credentialId: v.id('credentials'),
    from: v.string(),
    to: v.string(),
    keyId: v.string(),
  },
  returns: v.null(),
  handler: async (ctx, { credentialId, ...change }) => {
    requirePermission(ctx.actor, 'credentials:write');
    await reseal(ctx, await credential(ctx, credentialId), change, byCaller(ctx.actor));
    return null;
  },
});

async function credential(ctx: QueryCtx, id: Id<'credentials'>): Promise<CredentialRow> {
  const row = await ctx.db.get('credentials', id);
  if (row === null) fail('CREDENTIAL_NOT_FOUND', { field: 'credentialId' });
  return row;
}
