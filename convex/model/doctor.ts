import { type Infer, v } from 'convex/values';
import { ownerRole } from '../../src/shared/roles';
import { testEventType } from '../../src/shared/test-event';
import type { QueryCtx } from '../_generated/server';
import { inspectSettings } from './environment';
import { deliveryOutcome } from './validators';

/** What the deployment can say about itself (F2): states and names, never a value. */
export const deploymentReport = v.object({
  settings: v.array(
    v.object({
      name: v.string(),
      required: v.boolean(),
      state: v.union(v.literal('ok'), v.literal('missing'), v.literal('malformed')),
      remedy: v.string(),
    }),
  ),
  findings: v.array(v.object({ name: v.string(), ok: v.boolean(), remedy: v.string() })),
});

/** Receipts looked through for the last one that Clerk itself sent. */
const receiptsSeen = 20;

export const lastDelivery = v.union(
  v.null(),
  v.object({ type: v.string(), outcome: deliveryOutcome, receivedAt: v.number() }),
);

export async function inspectDeployment(ctx: QueryCtx): Promise<Infer<typeof deploymentReport>> {
  const [hasOwner, delivery] = await Promise.all([
    hasActiveOwner(ctx),
    ctx.db.query('deliveries').first(),
  ]);
  return {
    settings: inspectSettings(),
    findings: [
      {
        name: 'an active owner exists',
        ok: hasOwner,
        remedy: hasOwner ? '' : 'Run `npm run rollcall -- promote EMAIL`',
      },
      {
        name: 'a webhook of Clerk has arrived',
        ok: delivery !== null,
        remedy:
          delivery === null
            ? "Add <Convex site URL>/clerk-users-webhook as an endpoint in Clerk's dashboard"
            : '',
      },
    ],
  };
}

export async function hasActiveOwner(ctx: QueryCtx): Promise<boolean> {
  const owner = await ctx.db
    .query('users')
    .withIndex('byName', (q) => q.eq('state', 'active').eq('role', ownerRole))
    .first();
  return owner !== null;
}

/** What `doctor` sent itself says nothing about Clerk. */
export async function lastDeliveryOfClerk(ctx: QueryCtx): Promise<Infer<typeof lastDelivery>> {
  const newest = ctx.db.query('deliveries').order('desc');
  const last = (await newest.take(receiptsSeen)).find(({ type }) => type !== testEventType);
  return last === undefined
    ? null
    : { type: last.type, outcome: last.outcome, receivedAt: last.receivedAt };
}
