import type { QueryCtx } from '../_generated/server';
import { readCounts } from './counters';
import { rangesOf, searchTextOf } from './listing';
import { searchAll, searchMatchesMax } from './searchUsers';
import type { UserFilter } from './validators';

/** Rows that are looked at where no counter helps. */
const lookedAtMax = 1_000;

/** How many people a list has; `exact: false` = at least that many. */
export async function countUsers(
  ctx: QueryCtx,
  filter: UserFilter,
): Promise<{ count: number; exact: boolean }> {
  const search = searchTextOf(filter);
  if (search !== '') {
    const found = await searchAll(ctx, filter, search);
    return { count: found.length, exact: found.length < searchMatchesMax };
  }
  const { role, state, sync } = filter;
  if (sync !== undefined || (role !== undefined && state !== undefined)) {
    return await countRows(ctx, filter);
  }
  const counts = await readCounts(ctx);
  if (role !== undefined) return { count: counts.byRole[role], exact: true };
  return { count: state === undefined ? counts.total : counts.byState[state], exact: true };
}

async function countRows(
  ctx: QueryCtx,
  filter: UserFilter,
): Promise<{ count: number; exact: boolean }> {
  const { states, roles } = rangesOf(filter);
  const { sync } = filter;
  let count = 0;
  for (const state of states) {
    for (const role of roles) {
      const range =
        sync === undefined
          ? ctx.db.query('users').withIndex('byName', (q) => q.eq('state', state).eq('role', role))
          : ctx.db
              .query('users')
              .withIndex('bySync', (q) => q.eq('sync', sync).eq('state', state).eq('role', role));
      count += (await range.take(lookedAtMax - count + 1)).length;
      if (count > lookedAtMax) return { count: lookedAtMax, exact: false };
    }
  }
  return { count, exact: true };
}
