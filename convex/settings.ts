import { v } from 'convex/values';
import { mutation } from './functions';
import { requirePermission } from './model/access';
import { auditHead } from './model/auditLog';
import {
  deploymentReport,
  hasActiveOwner,
  inspectDeployment,
  lastDelivery,
  lastDeliveryOfClerk,
} from './model/doctor';
import { trustsIssuer } from './model/environment';
import { knownInstanceId } from './model/instance';
import { limitCaller } from './model/pools';
import { listSchedules, scheduleView } from './model/schedules';

/**
 * What the deployment says about itself, for the settings page (F2). A mutation only for its limit:
 * the web server asks Clerk and others at the same time, which nobody should make it do in a loop.
 */
export const check = mutation({
  args: {
    /** Where the web server's Clerk issues tokens. */
    issuer: v.optional(v.string()),
  },
  returns: v.object({
    report: deploymentReport,
    hasActiveOwner: v.boolean(),
    lastDelivery,
    /** Null: one of the two is not known. */
    issuerTrusted: v.union(v.boolean(), v.null()),
    /** The scheduled sync (A10). */
    schedule: v.union(scheduleView, v.null()),
    instanceId: v.union(v.string(), v.null()),
    auditEntries: v.number(),
  }),
  handler: async (ctx, { issuer }) => {
    requirePermission(ctx.actor, 'settings:read');
    await limitCaller(ctx, 'checkSettings', ctx.actor.externalId);
    return {
      report: await inspectDeployment(ctx),
      hasActiveOwner: await hasActiveOwner(ctx),
      lastDelivery: await lastDeliveryOfClerk(ctx),
      issuerTrusted: trustsIssuer(issuer),
      schedule: (await listSchedules(ctx)).find(({ name }) => name === 'reconcile') ?? null,
      instanceId: await knownInstanceId(ctx),
      auditEntries: (await auditHead(ctx)).seq,
    };
  },
});
