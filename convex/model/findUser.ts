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
