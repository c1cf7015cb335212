import type { DueJob, Engine } from '../engine/contract';
import { Alarm, withDeadline } from './alarm';

/** Actions wait for the network: many may run. */
const actionsMax = 64;
/** Mutations run one by one anyway; several in flight share one commit. */
const mutationsMax = 64;
/** After an error of the runtime itself (not of the function) a job is tried again after this. */
const retryMs = 1_000;
/** While started jobs are still listed as due, the table is read again after this. */
const lookAgainMs = 100;

/**
 * Runs scheduled functions when they are due. The engine's job table is the truth: a mutation's
 * effects and its end commit together, an action is marked before it starts.
 */
export class JobLoop {
  readonly #alarm = new Alarm(() => this.#run());
  readonly #running = new Map<string, { kind: DueJob['kind']; done: Promise<void> }>();
  /** Jobs that failed for reasons of ours: id -> not before (Unix ms). */
  readonly #delayed = new Map<string, number>();
  #undo: (() => void) | undefined;
  #isStopped = false;

  constructor(private readonly jobs: Engine['jobs']) {}

  async start(): Promise<void> {
    await this.jobs.failInterrupted();
    this.#undo = this.jobs.onChange(() => this.#alarm.set(Date.now()));
    this.#run();
  }

  /** Starts nothing more and waits up to `graceMs` for what runs. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true;
    this.#undo?.();
    this.#alarm.set(undefined);
    const running = Promise.all([...this.#running.values()].map(({ done }) => done));
    await withDeadline(running, graceMs);
  }

  #run(): void {
    if (this.#isStopped) return;
    const nowMs = Date.now();
    // What runs is still listed as due until its state is written.
    const limit = actionsMax + mutationsMax + this.#running.size + this.#delayed.size;
    const due = this.jobs.due(nowMs, limit);
    let isFull = false;
    for (const job of due) {
      if (this.#running.has(job.id) || (this.#delayed.get(job.id) ?? 0) > nowMs) continue;
      if (this.#hasRoomFor(job.kind)) this.#start(job);
      else isFull = true;
    }
    // When full, the end of a run wakes us.
    if (!isFull) this.#alarm.set(this.#nextMs(nowMs));
  }

  #nextMs(nowMs: number): number | undefined {
    const nextMs = this.jobs.nextDueMs();
    // In the past: started above and not yet written down, or put off. It hides what comes next.
    return nextMs !== undefined && nextMs <= nowMs ? nowMs + lookAgainMs : nextMs;
  }

  #hasRoomFor(kind: DueJob['kind']): boolean {
    const running = [...this.#running.values()].filter((run) => run.kind === kind).length;
    return running < (kind === 'action' ? actionsMax : mutationsMax);
  }

  #start(job: DueJob): void {
    this.#delayed.delete(job.id);
    const run = job.kind === 'action' ? this.jobs.runAction(job) : this.jobs.runMutation(job);
    const done = run
      .catch((error: unknown) => {
        this.#delayed.set(job.id, Date.now() + retryMs);
        const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
        process.stderr.write(`Scheduled function ${job.path} (${job.id}) could not run: ${text}\n`);
      })
      .finally(() => {
        this.#running.delete(job.id);
        this.#run();
      });
    this.#running.set(job.id, { kind: job.kind, done });
  }
}
