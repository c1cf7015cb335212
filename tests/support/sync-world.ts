import { vi } from 'vitest';
import type { Id } from '../../convex/_generated/dataModel';
import { arrive, connectedWorld, type ConvexWorld, internal } from './convex-world';
import { type FakeClerk, rawUser } from './fake-clerk';
import { FakeClerkLists } from './fake-clerk-lists';

/** Kept before any clock is faked. */
const realTimeout = setTimeout;
/** So much faked time passes per real millisecond: waits are short, work is not overtaken. */
const fakedMsPerStep = 20;
const stepsMax = 30_000;

export interface SyncWorld {
  t: ConvexWorld;
  clerk: FakeClerk;
  lists: FakeClerkLists;
}

/** A deployment, and a fake Clerk that lists. */
export function syncWorld(): SyncWorld {
  const { t, clerk } = connectedWorld();
  const lists = new FakeClerkLists(clerk);
  vi.stubGlobal('fetch', lists.fetch);
  return { t, clerk, lists };
}

/** The same with two superadmins, `boss` and `second`, on both sides. */
export async function ownedSyncWorld(): Promise<SyncWorld> {
  const world = syncWorld();
  for (const id of ['boss', 'second']) {
    await arrive(world.t, id, 'superadmin');
    world.clerk.users.set(id, rawUser(id, { public_metadata: { role: 'superadmin' } }));
  }
  return world;
}

/** People in Clerk alone, one per second, without webhooks. */
export function populate(clerk: FakeClerk, count: number, prefix = 'p'): void {
  for (let i = 0; i < count; i++) {
    const id = `${prefix}${String(i).padStart(5, '0')}`;
    const at = 1_700_000_000_000 + i * 1_000;
    clerk.users.set(id, rawUser(id, { created_at: at, updated_at: at }));
  }
}

/** Moves the faked clock until `promise` has settled. */
export async function settled<T>(promise: Promise<T>): Promise<T> {
  let isOver = false;
  const over = promise.finally(() => (isOver = true));
  over.catch(() => undefined);
  for (let step = 0; !isOver; step++) {
    if (step > stepsMax) throw new Error('it does not come to an end');
    await vi.advanceTimersByTimeAsync(fakedMsPerStep);
    await new Promise<void>((resolve) => void realTimeout(resolve, 1));
  }
  return await over;
}

/** Drives a run of the operator to its end. */
export async function sync(
  t: ConvexWorld,
  request: {
    mode?: 'apply' | 'dryRun';
    planHash?: string;
    emailDomain?: string;
    ids?: string[];
    only?: 'users' | 'organizations' | 'memberships';
  } = {},
) {
  const runId = await t.mutation(internal.adminSync.start, { mode: 'apply', ...request });
  await drive(t, runId);
  return await runOf(t, runId);
}

export async function drive(t: ConvexWorld, runId: Id<'syncRuns'>): Promise<void> {
  await settled(t.action(internal.syncWork.drive, { runId }));
}

export async function runOf(t: ConvexWorld, runId: Id<'syncRuns'>) {
  const run = await t.query(internal.adminSync.run, { runId });
  if (run === null) throw new Error('there is no such run');
  return run;
}

/** What must hold after any run that ended well: Clerk's people are here as Clerk has them. */
export async function differences(t: ConvexWorld, clerk: FakeClerk): Promise<string[]> {
  const rows = await t.run(async (ctx) => await ctx.db.query('users').collect());
  const byId = new Map(rows.map((row) => [row.externalId, row]));
  const found: string[] = [];
  for (const user of clerk.users.values()) {
    const row = byId.get(user.id);
    if (row === undefined) found.push(`${user.id} is missing here`);
    else if (row.deletedAt !== undefined) found.push(`${user.id} was deleted here`);
    else if (row.firstName !== user.first_name) found.push(`${user.id} is called otherwise`);
    else if (row.clerk.updatedAt !== user.updated_at) found.push(`${user.id} is of another time`);
  }
  if (byId.size !== rows.length) found.push('somebody has two rows');
  return found;
}

/** Every record that was seen ended somewhere, once; what was removed is in no list. */
export function addsUp(run: Awaited<ReturnType<typeof runOf>>): boolean {
  return Object.values(run.tallies).every(({ seen, removed, ...outcomes }) => {
    return seen === Object.values(outcomes).reduce((sum, count) => sum + count, 0) && removed >= 0;
  });
}
