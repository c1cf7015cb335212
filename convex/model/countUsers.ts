import type { ClerkSync } from '../../src/shared/people';
import type { QueryCtx } from '../_generated/server';
import { countOf } from './countCells';
import { readCells } from './counters';
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
  const { sync } = filter;
  if (sync !== undefined) return await countBySync(ctx, filter, sync);
  return { count: countOf(await readCells(ctx), rangesOf(filter)), exact: true };
}

/** No counter knows how people stand against Clerk. */
async function countBySync(
  ctx: QueryCtx,
  filter: UserFilter,
  sync: ClerkSync,
): Promise<{ count: number; exact: boolean }> {
  const { states, roles } = rangesOf(filter);
  let count = 0;
  for (const state of states) {
    for (const role of roles) {
      const range = ctx.db
        .query('users')
        .withIndex('bySync', (q) => q.eq('sync', sync).eq('state', state).eq('role', role));
      count += (await range.take(lookedAtMax - count + 1)).length;
      if (count > lookedAtMax) return { count: lookedAtMax, exact: false };
    }
  }
  return { count, exact: true };
}
