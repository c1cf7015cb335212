import { FunctionFailure } from '../functions/user-errors';
import type { CallContext } from './call-context';
import type { DueJob, Engine } from './contract';
import { jobState, type JobChanges, type JobRow, type JobState } from './job-changes';
import type { JobQueue } from './job-queue';
import type { LiveCode, LiveFunction } from './live-code';
import { runInTransaction } from './nested-call';
import type { Runner } from './runner';
import type { WriteTransaction } from '../store/contract';

type Jobs = Pick<
  Engine['jobs'],
  'due' | 'nextDueMs' | 'onChange' | 'runMutation' | 'runAction' | 'failInterrupted'
>;

export interface JobParts {
  queue: JobQueue;
  runner: Runner;
  live(): LiveCode | undefined;
  /** Context of a call that nobody asked for but the clock. */
  context(jobId: string | null): CallContext;
  nowMs(): number;
}

/** Runs scheduled functions: mutations exactly once, actions at most once. */
export function scheduledJobs(parts: JobParts): Jobs {
  const { queue } = parts;
  return {
    due: (nowMs, limit) => queue.due(nowMs, limit),
    nextDueMs: () => queue.nextDueMs(),
    onChange: (listener) => queue.onChange(listener),
    runMutation: (job) => runMutation(parts, job),
    runAction: (job) => runAction(parts, job),
    failInterrupted: async () => {
      for (const row of queue.running()) {
        await end(parts, row, {
          kind: 'failed',
          error: 'Transient error while executing action: the runtime was stopped meanwhile.',
        });
      }
    },
  };
}

async function runMutation(parts: JobParts, job: DueJob): Promise<void> {
  const row = parts.queue.row(job.id);
  if (!row) return;
  await parts.runner.write(
    parts.context(row.id),
    async (tx, context) => {
      if (jobState(tx, row.owner, row.id)?.kind !== 'pending') return;
      const state = await attempt(tx, context.jobs, async () => {
        const fn = target(parts, row, 'mutation');
        await runInTransaction(tx, { fn, args: row.args, depth: 1 }, context);
      });
      // Whatever the function did to its own job (cancel it, say) has been seen above.
      if (jobState(tx, row.owner, row.id)?.kind !== 'pending') return;
      context.jobs.end(tx, row, state, parts.nowMs());
    },
    { path: row.path },
  );
}

/** Runs in a nested transaction, so that a failing function leaves nothing but its failure. */
async function attempt(
  tx: WriteTransaction,
  jobs: JobChanges,
  body: () => Promise<void>,
): Promise<JobState> {
  const savepoint = tx.savepoint();
  const undo = jobs.mark();
  try {
    await body();
    savepoint.release();
    return { kind: 'success' };
  } catch (error) {
    savepoint.rollback();
    undo();
    return failed(error);
  }
}

async function runAction(parts: JobParts, job: DueJob): Promise<void> {
  const row = parts.queue.row(job.id);
  if (!row || row.isRunning) return;
  const context = parts.context(row.id);
  const { value: started } = await parts.runner.write(context, (tx, { jobs }) => {
    if (jobState(tx, row.owner, row.id)?.kind !== 'pending') return false;
    jobs.start(tx, row);
    return true;
  });
  if (!started) return;
  let state: JobState = { kind: 'success' };
  try {
    await parts.runner.action(target(parts, row, 'action'), row.args, context);
  } catch (error) {
    state = failed(error);
  }
  await end(parts, row, state);
}

async function end(parts: JobParts, row: JobRow, state: JobState): Promise<void> {
  await parts.runner.write(parts.context(row.id), (tx, { jobs }) => {
    if (jobState(tx, row.owner, row.id)?.kind !== 'inProgress') return;
    jobs.end(tx, row, state, parts.nowMs());
  });
}

function target(parts: JobParts, row: JobRow, kind: JobRow['kind']): LiveFunction {
  const fn = parts.live()?.component(row.componentPath)?.function(row.path);
  if (fn?.kind === kind) return fn;
  throw new FunctionFailure(
    `Scheduled function ${row.path} is not deployed any more as a ${kind}. Push it again, or cancel what schedules it.`,
  );
}

function failed(error: unknown): JobState {
  return { kind: 'failed', error: error instanceof Error ? error.message : String(error) };
}
