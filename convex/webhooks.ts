import { type Infer, v } from 'convex/values';
import { internal } from './_generated/api';
import { internalAction, internalMutation, query } from './functions';
import { requirePermission } from './model/access';
import { receiveDelivery } from './model/deliveries';
import { lookAround } from './model/canary';
import { log } from './model/log';
import { countFailedAttempt } from './model/failedEvents';
import { healthView, readHealth } from './model/healthView';
import { recordSchedule } from './model/schedules';
import { recordSecretUse } from './model/signingSecrets';
import {
  clerkEventValidator,
  clerkOrganizationValidator,
  clerkUserValidator,
  deliveryOutcome,
  healthState,
  refusalReason,
} from './model/validators';
import { addRefusals, recordCanary } from './model/webhookHealth';

/** Receipt, effect and audit of one verified webhook, in one transaction (rule 4). */
export const receive = internalMutation({
  args: {
    svixId: v.string(),
    payloadHash: v.string(),
    event: clerkEventValidator,
    /** Fingerprint of the secret that signed it, where its use is to be written down. */
    secret: v.optional(v.string()),
  },
  returns: deliveryOutcome,
  handler: async (ctx, { secret, ...receipt }) => {
    const now = Date.now();
    if (secret !== undefined) await recordSecretUse(ctx, secret, now);
    return await receiveDelivery(ctx, receipt, now);
  },
});

/** Counts an attempt whose mutation failed; true once the event is parked and needs no other. */
export const countFailure = internalMutation({
  args: { svixId: v.string(), payloadHash: v.string(), type: v.string(), reason: v.string() },
  returns: v.boolean(),
  handler: async (ctx, attempt) => await countFailedAttempt(ctx, attempt, Date.now()),
});

/** Adds what the route refused since the last time. */
export const countRefusals = internalMutation({
  args: { refusals: v.array(v.object({ reason: refusalReason, count: v.number() })) },
  returns: v.null(),
  handler: async (ctx, { refusals }) => {
    await addRefusals(ctx, refusals, Date.now());
    return null;
  },
});

/** The canary: compares Clerk's newest changes with ours and says how webhooks fare. */
export const canary = internalAction({
  args: {},
  returns: healthState,
  handler: async (ctx): Promise<Infer<typeof healthState>> => {
    const findings = await lookAround();
    const state = await ctx.runMutation(internal.webhooks.judge, findings);
    log(state === 'dead' ? 'warn' : 'info', 'webhooks.canary', { state });
    return state;
  },
});

export const judge = internalMutation({
  args: {
    users: v.array(clerkUserValidator),
    organizations: v.array(clerkOrganizationValidator),
    notAsked: v.optional(v.string()),
    unreachable: v.optional(v.string()),
  },
  returns: healthState,
  handler: async (ctx, findings) => {
    const now = Date.now();
    const state = await recordCanary(ctx, findings, now);
    const { notAsked } = findings;
    const outcome = notAsked === undefined ? ('ok' as const) : ('failed' as const);
    await recordSchedule(ctx, 'watch webhooks', { outcome, why: notAsked ?? state }, now);
    return state;
  },
});

/** Whether webhooks arrive, why not where they do not, and what to do about it. */
export const health = query({
  args: {},
  returns: healthView,
  handler: async (ctx) => {
    requirePermission(ctx.actor, 'deliveries:read');
    return await readHealth(ctx);
  },
});
