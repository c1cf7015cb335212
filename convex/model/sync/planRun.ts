import type { SyncKind } from '../../../src/shared/sync';
import { syncPageSize, syncSliceMin, syncSlicesMax } from '../limits';
import type { PageReader } from './pages';
import { type ClerkReader, SyncTrouble } from './reader';
import { kindsOf } from './scope';
import type { SyncScope, SyncSlice } from './validators';

/** Which instance the key belongs to, how many there are, where to cut. */
export async function planRun(clerk: ClerkReader, pages: PageReader, scope: SyncScope) {
  const kinds = kindsOf(scope);
  // What is read first does not depend on where the list is cut.
  if (kinds.includes('users') && scope.ids === undefined) pages.askFirst();
  // Side by side: nothing is written before all have answered, and Clerk may be far away.
  const [instanceId, ...counts] = await Promise.all([
    instanceOf(clerk),
    ...kinds.map((kind) => totalOf(pages, kind, scope)),
  ]);
  const totals: Partial<Record<SyncKind, number>> = Object.fromEntries(
    kinds.map((kind, i) => [kind, counts[i]]),
  );
  const cuts = kinds.map((kind, i) => cut(pages, { kind, total: counts[i] ?? 0, scope }));
  const { organizations, memberships, users } = totals;
  return {
    instanceId,
    total: counts.reduce((sum, count) => sum + count, 0),
    slices: (await Promise.all(cuts)).flat(),
    clerkUsers: scope.ids === undefined ? users : undefined,
    mirrors: { organizations, memberships },
  };
}

async function instanceOf(clerk: ClerkReader): Promise<string> {
  const answer = await clerk.get('/v1/instance');
  const body: unknown = answer.found ? answer.body : undefined;
  if (typeof body === 'object' && body !== null && 'id' in body && typeof body.id === 'string') {
    return body.id;
  }
  throw new SyncTrouble({
    code: 'CLERK_REFUSED',
    message: 'Clerk does not say which application this key belongs to',
  });
}

async function totalOf(pages: PageReader, kind: SyncKind, { ids }: SyncScope): Promise<number> {
  if (kind !== 'users') return await pages.totalOf(kind);
  return ids?.length ?? (await pages.count());
}

/**
 * Boundaries are people at even distances, whole pages apart, so that no page is left with one
 * person. Each slice ends with its boundary and the next begins after it.
 */
async function cut(
  pages: PageReader,
  { kind, total, scope }: { kind: SyncKind; total: number; scope: SyncScope },
): Promise<SyncSlice[]> {
  const whole: SyncSlice = { kind, offset: 0, done: false };
  if (kind !== 'users' || scope.ids !== undefined) return [whole];
  const parts = Math.min(syncSlicesMax, Math.max(1, Math.floor(total / syncSliceMin)));
  const pagesInAll = total / syncPageSize;
  const offsets = Array.from(
    { length: parts - 1 },
    (_, i) => Math.round(((i + 1) * pagesInAll) / parts) * syncPageSize - 1,
  );
  const found = await Promise.all(offsets.map((offset) => pages.boundary(offset)));
  const ends = found.filter((end) => end !== undefined);
  return [...ends, undefined].map((end, i) => ({ ...whole, cursor: ends[i - 1], end }));
}
