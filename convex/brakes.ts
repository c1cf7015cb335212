import { paginationOptsValidator, paginationResultValidator } from 'convex/server';
import { type Infer, v } from 'convex/values';
import { internal } from './_generated/api';
import type { MutationCtx, QueryCtx } from './_generated/server';
import { internalMutation, internalQuery, mutation, query } from './functions';
import { type ActorRow, requirePermission } from './model/access';
import { byCaller, byOperator } from './model/cause';
import {
  carryOutBatch,
  confirmationsNeeded,
  confirmBrake,
  confirmByOperator,
  isFresh,
  rejectBrake,
} from './model/decideBrake';
import { fail } from './model/errors';
import { boundedPage } from './model/listing';
import { limitCaller } from './model/pools';
import type { Brake } from './model/roleBrake';
import type { UserRow } from './model/userRows';
import { brakeState } from './model/validators';
import { adminUser, toAdminUser } from './model/views';

/** Brakes shown at once: the open one, if any, and what was decided lately. */
const shownMax = 20;

const brakeView = v.object({
  _id: v.id('brakes'),
  state: brakeState,
  openedAt: v.number(),
  limit: v.number(),
  people: v.number(),
  windowMs: v.number(),
  held: v.number(),
  confirmations: v.array(v.object({ by: v.string(), at: v.number() })),
  /** Confirmations that it takes; 0 = only the operator of the deployment can confirm. */
  needed: v.number(),
  /** Why the caller cannot confirm, where they cannot. */
  refusal: v.optional(v.union(v.literal('SECOND_CONFIRMATION'), v.literal('FRESH_OWNER'))),
  decidedBy: v.optional(v.string()),
  decidedAt: v.optional(v.number()),
});

async function toBrakeView(
  ctx: QueryCtx,
  brake: Brake,
  viewer: UserRow | undefined,
): Promise<Infer<typeof brakeView>> {
  const { _id, state, openedAt, limit, people, windowMs, held } = brake;
  const { confirmations, decidedBy, decidedAt } = brake;
  const needed = state === 'open' ? await confirmationsNeeded(ctx, brake) : confirmations.length;
  const shown = { _id, state, openedAt, limit, people, windowMs, held, confirmations, needed };
  return { ...shown, refusal: refusalOf(brake, viewer), decidedBy, decidedAt };
}

function refusalOf(brake: Brake, viewer: UserRow | undefined) {
  if (viewer === undefined || brake.state !== 'open') return undefined;
  if (isFresh(viewer, brake)) return 'FRESH_OWNER' as const;
  const confirmed = brake.confirmations.some(({ by }) => by === viewer.externalId);
  return confirmed ? ('SECOND_CONFIRMATION' as const) : undefined;
}

async function newestBrakes(ctx: QueryCtx, viewer: UserRow | undefined) {
  const brakes = await ctx.db.query('brakes').withIndex('byOpened').order('desc').take(shownMax);
  return await Promise.all(brakes.map(async (brake) => await toBrakeView(ctx, brake, viewer)));
}

/** Newest first. At most one is open. */
export const list = query({
  args: {},
  returns: v.array(brakeView),
  handler: async (ctx) => {
    requirePermission(ctx.actor, 'users:read');
    return await newestBrakes(ctx, ctx.actor);
  },
});

/** The people whose role a brake holds; `heldRole` says which one Clerk names. */
export const held = query({
  args: { brakeId: v.id('brakes'), paginationOpts: paginationOptsValidator },
  returns: paginationResultValidator(adminUser),
  handler: async (ctx, { brakeId, paginationOpts }) => {
    requirePermission(ctx.actor, 'users:read');
    const page = await ctx.db
      .query('users')
      .withIndex('byBrake', (q) => q.eq('heldRole.brakeId', brakeId))
      .paginate(boundedPage(paginationOpts));
    return { ...page, page: page.page.map(toAdminUser) };
  },
});

/** Lets the held roles through, together with a second superadmin where there is one. */
export const confirm = mutation({
  args: { brakeId: v.id('brakes') },
  returns: brakeView,
  handler: async (ctx, { brakeId }) => {
    await mayDecide(ctx);
    const cause = byCaller(ctx.actor);
    const brake = await confirmBrake(ctx, { brakeId, by: ctx.actor }, cause);
    return await toBrakeView(ctx, brake, ctx.actor);
  },
});

/** Keeps our roles and sends them to Clerk again. */
export const reject = mutation({
  args: { brakeId: v.id('brakes') },
  returns: brakeView,
  handler: async (ctx, { brakeId }) => {
    await mayDecide(ctx);
    const brake = await rejectBrake(ctx, brakeId, byCaller(ctx.actor));
    return await toBrakeView(ctx, brake, ctx.actor);
  },
});

async function mayDecide(ctx: MutationCtx & { actor: ActorRow }): Promise<void> {
  requirePermission(ctx.actor, 'brakes:decide');
  await limitCaller(ctx, 'decideBrake', ctx.actor.externalId);
}

/** For the command line: the operator of the deployment. */
export const listAll = internalQuery({
  args: {},
  returns: v.array(brakeView),
  handler: async (ctx) => await newestBrakes(ctx, undefined),
});

export const decideByOperator = internalMutation({
  args: { brakeId: v.string(), decision: v.union(v.literal('confirm'), v.literal('reject')) },
  returns: brakeView,
  handler: async (ctx, { brakeId, decision }) => {
    const id = ctx.db.normalizeId('brakes', brakeId);
    if (id === null) fail('BRAKE_NOT_FOUND', { field: 'brakeId' });
    const decide = decision === 'confirm' ? confirmByOperator : rejectBrake;
    const brake = await decide(ctx, id, byOperator());
    return await toBrakeView(ctx, brake, undefined);
  },
});

/** Carries a decision out, batch by batch. */
export const carryOut = internalMutation({
  args: { brakeId: v.id('brakes') },
  returns: v.null(),
  handler: async (ctx, { brakeId }) => {
    const done = await carryOutBatch(ctx, brakeId, Date.now());
    if (!done) await ctx.scheduler.runAfter(0, internal.brakes.carryOut, { brakeId });
    return null;
  },
});
