import { type Infer, v } from 'convex/values';
import { healthCauses } from '../../src/shared/webhook-health';
import { testEventType } from '../../src/shared/test-event';
import type { QueryCtx } from '../_generated/server';
import { appUrl, webhookSecrets } from './environment';
import { fingerprintOf } from './signingSecrets';
import { healthCause, healthState, refusalReason } from './validators';

/** Newest receipts looked through for the last one applied. */
const receiptsSeen = 50;

/** What leaves the database about webhooks: never a secret, only the start of its hash. */
export const healthView = v.object({
  state: healthState,
  cause: v.optional(healthCause),
  causeText: v.optional(v.string()),
  remedy: v.optional(v.string()),
  detail: v.optional(v.string()),
  /** Verified events of Clerk; `doctor`'s own do not count. */
  lastDeliveryAt: v.optional(v.number()),
  lastAppliedAt: v.optional(v.number()),
  lastCheckedAt: v.optional(v.number()),
  deadSince: v.optional(v.number()),
  /** Changes in Clerk that never reached us, of the newest that were looked at. */
  missed: v.number(),
  missing: v.array(v.object({ kind: v.string(), externalId: v.string(), changedAt: v.number() })),
  refusals: v.array(v.object({ reason: refusalReason, count: v.number(), lastAt: v.number() })),
  /** The ring, in its order; without `lastUsedAt` nothing was ever signed by it. */
  secrets: v.array(v.object({ fingerprint: v.string(), lastUsedAt: v.optional(v.number()) })),
  /** Where Clerk may send events: straight to Convex, or through the web app where it is known. */
  endpoints: v.array(v.string()),
});

export async function readHealth(ctx: QueryCtx): Promise<Infer<typeof healthView>> {
  const row = await ctx.db.query('webhookHealth').unique();
  const receipts = (await ctx.db.query('deliveries').order('desc').take(receiptsSeen)).filter(
    ({ type }) => type !== testEventType,
  );
  const cause = row?.cause;
  return {
    state: row?.state ?? 'unknown',
    cause,
    causeText: cause && healthCauses[cause].text,
    remedy: cause && healthCauses[cause].remedy,
    detail: row?.detail,
    lastDeliveryAt: receipts[0]?.receivedAt,
    lastAppliedAt: receipts.find(({ outcome }) => outcome === 'applied')?.receivedAt,
    lastCheckedAt: row?.checkedAt,
    deadSince: row?.deadSince,
    missed: row?.missed.length ?? 0,
    missing: row?.missed ?? [],
    refusals: row?.refusals ?? [],
    secrets: await ring(ctx),
    endpoints: endpoints(),
  };
}

async function ring(ctx: QueryCtx) {
  return await Promise.all(
    webhookSecrets().map(async (secret) => {
      const fingerprint = await fingerprintOf(secret);
      const used = await ctx.db
        .query('signingSecrets')
        .withIndex('byFingerprint', (q) => q.eq('fingerprint', fingerprint))
        .unique();
      return { fingerprint, lastUsedAt: used?.lastUsedAt };
    }),
  );
}

/** Every address at which this deployment takes webhooks. */
export function endpoints(): string[] {
  const site = process.env.CONVEX_SITE_URL;
  const app = appUrl();
  return [
    ...(site === undefined ? [] : [`${site}/clerk-users-webhook`]),
    ...(app === undefined ? [] : [`${app}/api/webhooks/clerk`]),
  ];
}
