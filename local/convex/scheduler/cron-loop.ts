import type { CronSpec, Engine, FunctionCall } from '../engine/contract';
import { newRequestId } from '../http/context';
import { Alarm, withDeadline } from './alarm';
import { nextRunMs, parseSchedule, type CronSchedule } from './cron-schedule';

interface Entry {
  cron: CronSpec;
  schedule: CronSchedule;
  /** Unix ms for which the next run is planned. */
  slotMs: number;
}

/**
 * Runs crons at their times. Runs missed while the process was down, or while the cron itself was
 * still running, are made up for by a single one; a cron never overlaps itself. A mutation runs
 * exactly once per slot (its outcome is stored under the slot, in its own transaction); an action
 * at most once (the slot is recorded before it starts).
 */
export class CronLoop {
  readonly #alarm = new Alarm(() => this.#run());
  readonly #running = new Map<string, Promise<void>>();
  #entries = new Map<string, Entry>();
  /** Reloads run one after the other, so that the newest table wins. */
  #reloading: Promise<void> = Promise.resolve();
  #undo: (() => void) | undefined;
  #isStopped = false;

  constructor(private readonly engine: Engine) {}

  async start(): Promise<void> {
    this.#undo = this.engine.onDeploy(() => {
      this.#reloading = this.#reloading.then(() => this.#reload()).catch(report);
    });
    this.#reloading = this.#reload();
    await this.#reloading;
  }

  /** Starts nothing more and waits up to `graceMs` for what runs. */
  async stop(graceMs: number): Promise<void> {
    this.#isStopped = true;
    this.#undo?.();
    this.#alarm.set(undefined);
    await withDeadline(Promise.all(this.#running.values()), graceMs);
  }

  async #reload(): Promise<void> {
    const entries = new Map<string, Entry>();
    for (const cron of this.engine.jobs.crons()) {
      try {
        const schedule = parseSchedule(cron.schedule, cron.name);
        const slotMs = await this.#firstSlotMs(cron, schedule);
        if (slotMs !== undefined) entries.set(keyOf(cron), { cron, schedule, slotMs });
      } catch (error) {
        report(error, cron);
      }
    }
    this.#entries = entries;
    this.#run();
  }

  async #firstSlotMs(cron: CronSpec, schedule: CronSchedule): Promise<number | undefined> {
    const lastRunMs = this.engine.jobs.cronLastRunMs(cron);
    if (lastRunMs !== undefined) return nextRunMs(schedule, lastRunMs);
    // Intervals begin with the deployment; the others wait for their time. The base is noted at
    // once: a slot missed before the first run counts as missed, and a crash during the first run
    // finds the same slot again.
    const nowMs = Date.now();
    const baseMs = schedule.kind === 'interval' ? nowMs - schedule.everyMs : nowMs;
    await this.engine.jobs.recordCronRun(cron, baseMs);
    return nextRunMs(schedule, baseMs);
  }

  #run(): void {
    if (this.#isStopped) return;
    const nowMs = Date.now();
    for (const [key, entry] of this.#entries) {
      if (entry.slotMs <= nowMs && !this.#running.has(key)) this.#start(key, entry);
    }
    const waiting = [...this.#entries].filter(([key]) => !this.#running.has(key));
    const slots = waiting.map(([, entry]) => entry.slotMs);
    this.#alarm.set(slots.length === 0 ? undefined : Math.min(...slots));
  }

  #start(key: string, entry: Entry): void {
    const { cron, schedule, slotMs } = entry;
    const done = this.#runOnce(cron, slotMs, baseAfter(schedule, slotMs, Date.now()))
      .catch((error: unknown) => report(error, cron))
      .finally(() => {
        this.#running.delete(key);
        this.#plan(key, cron, nextRunMs(schedule, baseAfter(schedule, slotMs, Date.now())));
        this.#run();
      });
    this.#running.set(key, done);
  }

  /** The next slot after a run, unless a push has meanwhile changed the cron. */
  #plan(key: string, ran: CronSpec, nextMs: number | undefined): void {
    const entry = this.#entries.get(key);
    if (!entry || JSON.stringify(entry.cron) !== JSON.stringify(ran)) return;
    if (nextMs === undefined) this.#entries.delete(key);
    else entry.slotMs = nextMs;
  }

  async #runOnce(cron: CronSpec, slotMs: number, recordMs: number): Promise<void> {
    const { jobs } = this.engine;
    const call: FunctionCall = {
      path: cron.path,
      componentPath: cron.componentPath,
      args: cron.args,
      // Nobody's identity, but allowed to call internal functions.
      identity: { kind: 'admin' },
      requestId: newRequestId(),
    };
    const kind = this.engine.functionKind(cron.path, cron.componentPath)?.kind;
    if (kind === 'mutation') {
      const dedupe = { sessionId: `cron:${keyOf(cron)}`, requestId: Math.floor(slotMs / 1000) };
      await this.engine.runMutation(call, { dedupe });
      await jobs.recordCronRun(cron, recordMs);
      return;
    }
    await jobs.recordCronRun(cron, recordMs);
    if (kind === 'action') await this.engine.runAction(call);
    else
      throw new Error(`${cron.path} is ${kind ?? 'no function'}; crons run mutations and actions.`);
  }
}

/** From where the next slot counts: the slot just run, or now when others were missed since. */
function baseAfter(schedule: CronSchedule, slotMs: number, nowMs: number): number {
  const followingMs = nextRunMs(schedule, slotMs);
  return followingMs !== undefined && followingMs <= nowMs ? nowMs : slotMs;
}

function keyOf({ componentPath, name }: CronSpec): string {
  return `${componentPath}/${name}`;
}

function report(error: unknown, cron?: CronSpec): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`Cron ${cron ? `"${cron.name}"` : 'table'} could not run: ${text}\n`);
}
