import type { MutationCtx, QueryCtx } from '../../_generated/server';
import { userByExternalId } from '../access';
import { syncRowsPerScan } from '../limits';
import type { UserRow } from '../userRows';
import type { ClerkUser } from '../validators';

/** A stretch of the list of people, by time of creation (unix ms), both ends included. */
export interface Stretch {
  from?: number;
  to?: number;
}

export interface Scan {
  /** Rows of the stretch by Clerk id. */
  rows: Map<string, UserRow>;
  /** Where the stretch goes on, when it holds more rows than one transaction should read. */
  more?: string;
}

/**
 * Our rows of a stretch in one range read. Clerk lists people by time of creation and our rows carry
 * the same time, so this finds nearly everybody of a page at once, and whoever it finds beyond the
 * page is a person whom Clerk does not list.
 */
export async function scanStretch(
  ctx: QueryCtx | MutationCtx,
  { from, to }: Stretch,
  cursor: string | null,
): Promise<Scan> {
  const page = await ctx.db
    .query('users')
    .withIndex('byCreatedAt', (q) => {
      const lower = q.gte('createdAt', from ?? 0);
      return to === undefined ? lower : lower.lte('createdAt', to);
    })
    .paginate({ numItems: syncRowsPerScan, cursor });
  const rows = new Map(page.page.map((row) => [row.externalId, row]));
  return page.isDone ? { rows } : { rows, more: page.continueCursor };
}

/** From so many strangers on, looking whether anybody is there at all is cheaper than asking for each. */
const strangersForRange = 16;
/** Rows read to find that a range of ids is (nearly) empty. */
const rangeProbe = 64;

/**
 * Adds the rows of those people whom the scan did not find: they signed in before Clerk's payload
 * came, or are new. Clerk's ids sort by time, so the ids of new people make a range without rows.
 */
export async function findStrangers(
  ctx: QueryCtx | MutationCtx,
  users: readonly ClerkUser[],
  rows: Map<string, UserRow>,
): Promise<void> {
  const ids = users.map((user) => user.externalId).filter((id) => !rows.has(id));
  const open = ids.length < strangersForRange ? ids : await openAfterRange(ctx, ids, rows);
  const found = await Promise.all(open.map((id) => userByExternalId(ctx, id)));
  for (const row of found) if (row !== null) rows.set(row.externalId, row);
}

/** Reads the beginning of the range of `ids`; returns those that it says nothing about. */
async function openAfterRange(
  ctx: QueryCtx | MutationCtx,
  ids: readonly string[],
  rows: Map<string, UserRow>,
): Promise<string[]> {
  const sorted = ids.toSorted();
  const [first, last] = [sorted[0], sorted.at(-1)];
  if (first === undefined || last === undefined) return [];
  const found = await ctx.db
    .query('users')
    .withIndex('byExternalId', (q) => q.gte('externalId', first).lte('externalId', last))
    .take(rangeProbe);
  for (const row of found) rows.set(row.externalId, row);
  const end = found.at(-1)?.externalId;
  if (end === undefined || found.length < rangeProbe) return [];
  return sorted.filter((id) => id > end);
}
