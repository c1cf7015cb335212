import type { Id } from '../_generated/dataModel';
import type { MutationCtx } from '../_generated/server';
import type { Permission } from '../../src/shared/permissions';
import { type ActorRow, requirePermission, requireSometimes } from './access';
import { fail } from './errors';
import { type CallerLimit, limitCaller } from './pools';
import type { UserRow } from './userRows';

interface Wish {
  permission: Permission;
  limit: CallerLimit;
  userId: Id<'users'>;
}

/** The row that the caller may do this to, at this pace. */
export async function targetOf(
  ctx: MutationCtx & { actor: ActorRow },
  { permission, limit, userId }: Wish,
): Promise<UserRow> {
  requireSometimes(ctx.actor, permission);
  await limitCaller(ctx, limit, ctx.actor.externalId);
  const target = await ctx.db.get('users', userId);
  if (target === null) fail('USER_NOT_FOUND', { field: 'userId' });
  requirePermission(ctx.actor, permission, target);
  return target;
}

/** The same for a decision about access, of which all kinds share one pace. */
export async function accessTarget(
  ctx: MutationCtx & { actor: ActorRow },
  permission: 'users:deactivate' | 'users:reactivate' | 'users:delete',
  userId: Id<'users'>,
): Promise<UserRow> {
  return await targetOf(ctx, { permission, limit: 'setAccess', userId });
}
