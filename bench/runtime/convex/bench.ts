/**
 * Functions of the runtime's benchmark, pushed as `convex/bench.ts` beside the whole product: they
 * work on the product's own table of people, with its validator, indexes and search.
 */
import { v } from 'convex/values';
import type { QueryCtx } from '../../../convex/_generated/server';
import { mutation, query } from '../../../convex/_generated/server';

const firstNames = ['Ada', 'Grace', 'Linus', 'Barbara', 'Edsger', 'Margaret', 'Donald', 'Radia'];
const lastNames = ['Lovelace', 'Hopper', 'Torvalds', 'Liskov', 'Dijkstra', 'Hamilton', 'Knuth'];
const epochMs = 1_700_000_000_000;

function person(n: number) {
  const firstName = firstNames[n % firstNames.length] ?? '';
  const lastName = `${lastNames[n % lastNames.length] ?? ''}${n}`;
  const email = `${firstName}.${lastName}@example.test`.toLowerCase();
  return {
    externalId: externalId(n),
    name: `${firstName} ${lastName}`,
    firstName,
    lastName,
    email,
    imageUrl: `https://img.example.test/${n}.png`,
    role: 'staff' as const,
    isActive: true,
    state: 'active' as const,
    createdAt: epochMs + n,
    updatedAt: epochMs + n,
    lastLoginAt: epochMs + n * 7,
    publicMetadata: `{"team":"t${n % 50}"}`,
    searchText: `${firstName} ${lastName} ${email}`.toLowerCase(),
    clerk: { updatedAt: epochMs + n, instanceId: 'ins_bench' },
    roleRev: 0,
    roleSource: 'clerk' as const,
    roleDecidedAt: 0,
    push: { state: 'synced' as const },
  };
}

const externalId = (n: number) => `user_bench${String(n).padStart(20, '0')}`;

const byExternalId = (ctx: { db: QueryCtx['db'] }, n: number) =>
  ctx.db
    .query('users')
    .withIndex('byExternalId', (q) => q.eq('externalId', externalId(n)))
    .unique();

/** Many rows in one transaction, as a sync writes them. */
export const insertMany = mutation({
  args: { from: v.number(), count: v.number() },
  returns: v.null(),
  handler: async (ctx, { from, count }) => {
    for (let n = from; n < from + count; n += 1) await ctx.db.insert('users', person(n));
    return null;
  },
});

/** Many found by index and changed in one transaction, a searched field included. */
export const patchMany = mutation({
  args: { from: v.number(), count: v.number(), round: v.number() },
  returns: v.null(),
  handler: async (ctx, { from, count, round }) => {
    for (let n = from; n < from + count; n += 1) {
      const row = await byExternalId(ctx, n);
      if (row === null) throw new Error(`There is no person ${n}.`);
      const name = `${row.firstName} ${row.lastName} ${round}`;
      await ctx.db.patch('users', row._id, {
        name,
        updatedAt: row.updatedAt + 1,
        searchText: `${name} ${row.email}`.toLowerCase(),
      });
    }
    return null;
  },
});

/** The small mutation: one index read, one insert. */
export const insertOne = mutation({
  args: { n: v.number() },
  returns: v.null(),
  handler: async (ctx, { n }) => {
    if ((await byExternalId(ctx, n)) !== null) throw new Error(`Person ${n} is there already.`);
    await ctx.db.insert('learnt', { key: externalId(n), value: `${n}` });
    return null;
  },
});

/** What live queries wait for: the person's name as it is written, and when it was. */
export const rename = mutation({
  args: { n: v.number(), name: v.string() },
  returns: v.null(),
  handler: async (ctx, { n, name }) => {
    const row = await byExternalId(ctx, n);
    if (row === null) throw new Error(`There is no person ${n}.`);
    await ctx.db.patch('users', row._id, { name });
    return null;
  },
});

/** The live query: one person by index. `watcher` only tells subscriptions apart. */
export const watch = query({
  args: { n: v.number(), watcher: v.optional(v.number()) },
  handler: async (ctx, { n }) => (await byExternalId(ctx, n))?.name ?? null,
});

/** The indexed query: twenty people in order of their names. */
export const page = query({
  args: { from: v.string() },
  handler: async (ctx, { from }) =>
    await ctx.db
      .query('users')
      .withIndex('byName', (q) =>
        q.eq('state', 'active').eq('role', 'staff').gte('searchText', from),
      )
      .take(20),
});
