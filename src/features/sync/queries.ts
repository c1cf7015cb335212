import { convexQuery } from '@convex-dev/react-query';
import type { QueryClient } from '@tanstack/react-query';
import type { FunctionReturnType } from 'convex/server';
import { api } from '../../../convex/_generated/api';
import type { Id } from '../../../convex/_generated/dataModel';
import { actorOf, loadedViewer } from '../../lib/live';
import { canSometimes } from '../../shared/permissions';
import type { SyncSearch } from './search';

export type SyncStatus = FunctionReturnType<typeof api.sync.status>;
export type SyncRun = NonNullable<FunctionReturnType<typeof api.sync.run>>;
export type Schedule = FunctionReturnType<typeof api.sync.schedules>[number];
export type SyncChange = FunctionReturnType<typeof api.sync.changes>['page'][number];
export type SyncError = FunctionReturnType<typeof api.sync.errors>['page'][number];
export type MissingPerson = FunctionReturnType<typeof api.sync.missing>['page'][number];
export type Sweep = NonNullable<SyncRun['sweep']>;
export type RunId = Id<'syncRuns'>;

/** Runs on one page of the history. */
const runsPerPage = 10;
/** Rows of a run's lists at once; the rest by "Show more". */
export const detailsPerPage = 25;

export const statusQuery = convexQuery(api.sync.status, {});
/** How many people there are now, whatever a run found. */
export const peopleQuery = convexQuery(api.users.stats, {});
export const schedulesQuery = convexQuery(api.sync.schedules, {});

export function runsQuery({ cursor }: SyncSearch) {
  return convexQuery(api.sync.runs, {
    paginationOpts: { numItems: runsPerPage, cursor: cursor ?? null },
  });
}

/** The id comes from the address: one that is no id of a run names none. */
export function runQuery(runId: string) {
  return convexQuery(api.sync.run, { runId });
}

function first(numItems: number) {
  return { numItems, cursor: null };
}

export function changesQuery(runId: RunId, numItems: number) {
  return convexQuery(api.sync.changes, { runId, paginationOpts: first(numItems) });
}

export function errorsQuery(runId: RunId, numItems: number) {
  return convexQuery(api.sync.errors, { runId, paginationOpts: first(numItems) });
}

export function missingQuery(runId: RunId, numItems: number) {
  return convexQuery(api.sync.missing, { runId, paginationOpts: first(numItems) });
}

function mayRead(queryClient: QueryClient): boolean {
  const viewer = loadedViewer(queryClient);
  return Boolean(viewer && canSometimes(actorOf(viewer), 'sync:read'));
}

/** Loads what the first HTML shows; in the browser the page shows its skeleton instead of waiting. */
export async function loadSync(queryClient: QueryClient, search: SyncSearch): Promise<void> {
  if (!mayRead(queryClient)) return;
  const loading = Promise.all([
    queryClient.prefetchQuery(statusQuery),
    queryClient.prefetchQuery(peopleQuery),
    queryClient.prefetchQuery(schedulesQuery),
    queryClient.prefetchQuery(runsQuery(search)),
  ]);
  if (typeof window === 'undefined') await loading;
}

export async function loadRun(queryClient: QueryClient, runId: string): Promise<void> {
  if (!mayRead(queryClient)) return;
  const loading = queryClient.prefetchQuery(runQuery(runId));
  if (typeof window === 'undefined') await loading;
}
