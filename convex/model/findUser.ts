import type { Permission } from '../../src/shared/permissions';
import type { Id } from '../_generated/dataModel';
import type { QueryCtx } from '../_generated/server';
import { userByExternalId } from './access';
import { fail } from './errors';
import type { UserRow } from './userRows';

/** A person by row id, Clerk id or primary address; fails when none or several answer to it. */
export async function findUser(ctx: Pick<QueryCtx, 'db'>, idOrEmail: string): Promise<UserRow> {
  const wanted = idOrEmail.trim();
  if (wanted.includes('@')) return await findUserByEmail(ctx, wanted);
  const byClerkId = await userByExternalId(ctx, wanted);
  if (byClerkId !== null) return byClerkId;
  const id = ctx.db.normalizeId('users', wanted);
  const row = id === null ? null : await ctx.db.get('users', id);
  if (row === null) fail('USER_NOT_FOUND', { field: 'idOrEmail' });
  return row;
}

/** Whoever may do any of these to people learns whom an id means. */
export const userPermissions = [
  'users:read',
  'users:setRole',
  'users:update',
  'users:deactivate',
  'users:reactivate',
  'users:delete',
  'pushes:retry',
] as const satisfies readonly Permission[];

/** The row of a row id or Clerk id; null where the text is no such id. */
export async function resolveUser(
  ctx: Pick<QueryCtx, 'db'>,
  id: string,
): Promise<Id<'users'> | null> {
  const byClerkId = await userByExternalId(ctx, id);
  if (byClerkId !== null) return byClerkId._id;
  const rowId = ctx.db.normalizeId('users', id);
  const row = rowId === null ? null : await ctx.db.get('users', rowId);
  return row?._id ?? null;
}

/** The one person with this primary address; the deleted do not count. */
export async function findUserByEmail(ctx: Pick<QueryCtx, 'db'>, email: string): Promise<UserRow> {
  const found = await ctx.db
    .query('users')
    .withIndex('byEmail', (q) => q.eq('email', email.trim().toLowerCase()))
    .take(10);
  const present = found.filter((row) => row.deletedAt === undefined);
  const [only, ...others] = present;
  if (only === undefined) fail('USER_NOT_FOUND', { field: 'email' });
  if (others.length > 0) {
    const ids = present.map((row) => row.externalId).join(', ');
    fail('INVALID_INPUT', {
      field: 'email',
      message: `Several people have this address. Name one by id: ${ids}.`,
    });
  }
  return only;
}
