import type { Json } from './contract';
import type { ReadTransaction, WriteTransaction } from '../store/contract';
import type { LiveFunction } from './live-code';

/** A scheduled function that has not ended: the row kept for the scheduler. */
export interface JobRow {
  id: string;
  /** The component that scheduled it: there its `_scheduled_functions` document lies. */
  owner: string;
  componentPath: string;
  path: string;
  args: Json;
  scheduledTimeMs: number;
  kind: 'mutation' | 'action';
  isRunning: boolean;
}

/** Rows by id. The document is what the app can read; the row is what the scheduler needs. */
export const jobsBucket = 'jobs';
/** Ended jobs by the time of their end, for removing their documents. */
const endedBucket = 'jobs.ended';
const documentTable = '_scheduled_functions';
/** As on Convex. */
const documentKeptMs = 7 * 24 * 60 * 60 * 1000;
/** Old documents removed with each job that ends: more than one, so that the rest shrinks. */
const removedPerEnd = 4;
const scheduledMax = 1000;

export type JobState =
  | { kind: 'pending' }
  | { kind: 'inProgress' }
  | { kind: 'success' }
  | { kind: 'failed'; error: string }
  | { kind: 'canceled' };

/**
 * Changes of scheduled functions within one transaction. The queue in memory learns of them only
 * once they are durable (see `JobQueue.apply`).
 */
export class JobChanges {
  #changes: ({ kind: 'put'; row: JobRow } | { kind: 'gone'; id: string })[] = [];
  scheduledCount = 0;
  scheduledArgsBytes = 0;

  changes(): readonly ({ kind: 'put'; row: JobRow } | { kind: 'gone'; id: string })[] {
    return this.#changes;
  }

  /** For undoing a nested call: `undo()` forgets what came after. */
  mark(): () => void {
    const { scheduledCount, scheduledArgsBytes } = this;
    const { length } = this.#changes;
    return () => {
      this.#changes.length = length;
      this.scheduledCount = scheduledCount;
      this.scheduledArgsBytes = scheduledArgsBytes;
    };
  }

  schedule(
    tx: WriteTransaction,
    job: { owner: string; fn: LiveFunction; argsJson: string; scheduledTimeMs: number },
  ): string {
    const { owner, fn, argsJson, scheduledTimeMs } = job;
    if (fn.kind === 'query') {
      throw new Error(
        `Cannot schedule ${fn.path}: it is a query. Schedule mutations and actions only.`,
      );
    }
    this.scheduledCount += 1;
    this.scheduledArgsBytes += argsJson.length;
    if (this.scheduledCount > scheduledMax) {
      throw new Error(
        `Too many functions scheduled by this mutation (limit: ${scheduledMax}). Schedule one that schedules the rest.`,
      );
    }
    const args = JSON.parse(argsJson) as Json;
    const id = tx.namespace(owner, { system: true }).insert(documentTable, {
      name: fn.path,
      args: [args],
      scheduledTime: scheduledTimeMs,
      state: { kind: 'pending' },
    });
    this.put(tx, {
      id,
      owner,
      componentPath: fn.component.path,
      path: fn.path,
      args,
      scheduledTimeMs,
      kind: fn.kind,
      isRunning: false,
    });
    return id;
  }

  /** Ends a job that is pending or running; one that has ended stays as it is. */
  cancel(tx: WriteTransaction, owner: string, id: string): void {
    const state = jobState(tx, owner, id);
    if (!state) throw new Error(`There is no scheduled function with the id "${id}" here.`);
    if (state.kind !== 'pending' && state.kind !== 'inProgress') return;
    this.end(tx, { owner, id }, { kind: 'canceled' }, Date.now());
  }

  start(tx: WriteTransaction, row: JobRow): void {
    this.#patch(tx, row, { state: { kind: 'inProgress' } });
    this.put(tx, { ...row, isRunning: true });
  }

  end(
    tx: WriteTransaction,
    job: { owner: string; id: string },
    state: JobState,
    nowMs: number,
  ): void {
    this.#patch(tx, job, { state: { ...state }, completedTime: nowMs });
    tx.system.delete(jobsBucket, job.id);
    this.#changes.push({ kind: 'gone', id: job.id });
    tx.system.set(endedBucket, `${timeKey(nowMs)}:${job.id}`, { owner: job.owner, id: job.id });
    removeOldDocuments(tx, nowMs);
  }

  put(tx: WriteTransaction, row: JobRow): void {
    tx.system.set(jobsBucket, row.id, { ...row });
    this.#changes.push({ kind: 'put', row });
  }

  #patch(tx: WriteTransaction, { owner, id }: { owner: string; id: string }, fields: Json): void {
    tx.namespace(owner, { system: true }).patch(id, fields, documentTable);
  }
}

function removeOldDocuments(tx: WriteTransaction, nowMs: number): void {
  const range = { to: timeKey(nowMs - documentKeptMs), limit: removedPerEnd };
  for (const { key, value } of tx.system.scan(endedBucket, range)) {
    // Written by `end`.
    const { owner, id } = value as { owner: string; id: string };
    tx.system.delete(endedBucket, key);
    if (jobState(tx, owner, id)) {
      tx.namespace(owner, { system: true }).delete(id, documentTable);
    }
  }
}

/** Sorts as the time does. */
function timeKey(ms: number): string {
  return String(Math.max(0, Math.floor(ms))).padStart(15, '0');
}

/** The state in a job's document; undefined when there is none of that id. */
export function jobState(tx: ReadTransaction, owner: string, id: string): JobState | undefined {
  const scope = tx.namespace(owner);
  if (scope.tableOfId(id) !== documentTable) return undefined;
  const text = scope.get(id, { table: documentTable });
  return text === null ? undefined : (JSON.parse(text) as { state: JobState }).state;
}
