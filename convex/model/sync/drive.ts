import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import type { ActionCtx } from '../../_generated/server';
import { mirrorKinds, type SyncKind } from '../../../src/shared/sync';
import { syncHeartbeatMs } from '../limits';
import { log } from '../log';
import { BatchSender, type ParsedPage, parsePage, type Traffic } from './batches';
import { Removals } from './driveRemovals';
import { PageReader } from './pages';
import { planRun } from './planRun';
import { ClerkReader, requestTaker, Stopped, SyncTrouble } from './reader';
import type { SyncRun } from './runs';
import { kindsOf } from './scope';
import type { SyncFailure, SyncSlice } from './validators';

/** Claims a run and drives it, for as long as one action may; does nothing where another one does. */
export async function driveRun(
  ctx: ActionCtx,
  request: { runId: Id<'syncRuns'>; baseUrl: string; secretKey: string; forMs: number },
): Promise<void> {
  const { runId, baseUrl, secretKey, forMs } = request;
  const driver = crypto.randomUUID();
  const run = await ctx.runMutation(internal.syncWork.claim, { runId, driver });
  if (run === null) return;
  const deadline = Date.now() + forMs;
  await new Drive(ctx, { run, driver, baseUrl, secretKey, deadline }).run();
}

interface DriveOptions {
  run: SyncRun;
  driver: string;
  baseUrl: string;
  secretKey: string;
  /** Unix ms at which the driver hands over, or gives up when nobody can go on with its key. */
  deadline: number;
}

/**
 * Drives one run from inside an action: reads Clerk ahead, hands batches to mutations one after the
 * other, and keeps nothing but the pages under way. All state is in the run's row, so a driver may
 * die at any point.
 */
class Drive {
  private readonly clerk: ClerkReader;
  private readonly pages: PageReader;
  private readonly batches: BatchSender;
  private readonly removals: Removals;
  private readonly address;
  private stop: 'cancelled' | 'lost' | undefined;
  private slices: SyncSlice[];

  constructor(
    private readonly ctx: ActionCtx,
    private readonly options: DriveOptions,
  ) {
    const { run, driver, baseUrl, secretKey } = options;
    this.address = { runId: run._id, driver };
    this.slices = run.slices;
    this.clerk = new ClerkReader({
      baseUrl,
      secretKey,
      takeRequests: requestTaker(ctx, this.checkStop),
      checkStop: this.checkStop,
    });
    this.pages = new PageReader(this.clerk, run.scope, run.startedAt, this.checkStop);
    this.batches = new BatchSender(ctx, { run, driver, traffic: this.traffic });
    this.removals = new Removals(ctx, this.address, this.clerk, this.pages);
  }

  async run(): Promise<void> {
    const beat = setInterval(() => void this.heartbeat(), syncHeartbeatMs);
    try {
      await this.work();
    } catch (error) {
      if (error instanceof Stopped) this.stop ??= error.why;
      await this.end(error);
    } finally {
      clearInterval(beat);
    }
  }

  private async work(): Promise<void> {
    const { run } = this.options;
    if (this.slices.length === 0) await this.plan();
    if (run.expectedPlan !== undefined) await this.verify(run.expectedPlan);
    for (const kind of kindsOf(run.scope)) {
      await this.enter(kind);
      if ((await this.readKind(kind)) === 'handOver') return await this.handOver();
      if (kind === 'users') await this.pollTail();
    }
    await this.enter('confirming');
    await this.confirmUnseen();
    await this.removals.settle(this.mirrors());
    await this.finish();
  }

  private async plan(): Promise<void> {
    const planned = await planRun(this.clerk, this.pages, this.options.run.scope);
    const verdict = await this.ctx.runMutation(internal.syncWork.begin, {
      ...this.address,
      ...planned,
    });
    if (verdict.kind === 'stopped') throw new Stopped(verdict.why);
    if (verdict.kind === 'foreign') throw new SyncTrouble(verdict.failure);
    this.slices = planned.slices;
  }

  /** A plan is applied exactly, or not at all: it is made again and compared before the first write. */
  private async verify(expected: string): Promise<void> {
    await this.enter('verifying');
    const untouched = this.slices;
    for (const kind of kindsOf(this.options.run.scope)) {
      if ((await this.readKind(kind, 'verify')) === 'handOver') throw tooBig;
    }
    this.slices = untouched;
    this.batches.addSums(await this.removals.settle(this.mirrors(), 'verify'));
    if ((await this.batches.planHash(this.options.run.scope)) !== expected) {
      throw new SyncTrouble({
        code: 'PLAN_CHANGED',
        message: 'Clerk or Rollcall changed since this plan was made; nothing was applied',
      });
    }
  }

  private async readKind(kind: SyncKind, mode?: 'verify'): Promise<'done' | 'handOver'> {
    const open = this.slices.flatMap((slice, index) =>
      slice.kind === kind && !slice.done ? index : [],
    );
    const ends = await Promise.all(open.map((index) => this.readSlice(index, mode)));
    return ends.includes('handOver') ? 'handOver' : 'done';
  }

  /** The next page is on its way while the last one is being applied. */
  private async readSlice(index: number, mode?: 'verify'): Promise<'done' | 'handOver'> {
    let slice = this.slice(index);
    let ahead = this.readPage(index, slice);
    for (;;) {
      const page = await ahead;
      this.checkStop();
      const isLate = Date.now() > this.options.deadline;
      const last = page.records.findLast(({ id }) => id !== '');
      const next: SyncSlice = {
        ...slice,
        offset: page.offset,
        cursor: last === undefined ? slice.cursor : { at: last.at, id: last.id },
        done: page.ended,
      };
      if (!page.ended && !isLate) ahead = unheard(this.readPage(index, next));
      if (slice.kind !== 'users') await this.removals.note(slice.kind, slice, page);
      await this.batches.send({ index, slice, next, page, mode });
      slice = next;
      this.slices = this.slices.map((old, i) => (i === index ? next : old));
      if (page.ended) return 'done';
      if (isLate) return 'handOver';
    }
  }

  private async readPage(index: number, slice: SyncSlice): Promise<ParsedPage> {
    const page = await this.pages.next(index, slice);
    return parsePage(page, slice.kind, this.options.run.scope);
  }

  private mirrors() {
    const kinds = kindsOf(this.options.run.scope);
    return mirrorKinds.filter((kind) => kinds.includes(kind));
  }

  private slice(index: number): SyncSlice {
    const slice = this.slices[index];
    if (slice === undefined) throw new Error(`the run has no slice ${index}`);
    return slice;
  }

  /** Clerk counts more people than its list had: the list may have ended too soon. */
  private async pollTail(): Promise<void> {
    const { run } = this.options;
    if (run.scope.ids !== undefined) return;
    const after = await this.pages.count();
    const last = this.slices.findLastIndex(({ kind }) => kind === 'users');
    for (let polls = 0; polls < 2; polls++) {
      const { seen, before } = await this.ctx.runQuery(internal.syncWork.listed, {
        runId: run._id,
      });
      if (seen >= Math.min(before ?? after, after)) break;
      this.slices = this.slices.map((slice, i) => (i === last ? { ...slice, done: false } : slice));
      await this.readSlice(last);
    }
    await this.ctx.runMutation(internal.syncWork.noteCount, { ...this.address, after });
  }

  /** A7: asks for those whom the list did not have; only Clerk's 404 makes them missing. */
  private async confirmUnseen(): Promise<void> {
    for (;;) {
      const ids = await this.ctx.runQuery(internal.syncWork.unseen, this.address);
      if (ids.length === 0) return;
      const verdicts = await Promise.all(
        ids.map(async (externalId) => {
          const answer = await this.clerk.get(`/v1/users/${encodeURIComponent(externalId)}`);
          return { externalId, isThere: answer.found || answer.status !== 404 };
        }),
      );
      await this.ctx.runMutation(internal.syncWork.judgeUnseen, { ...this.address, verdicts });
    }
  }

  private async enter(phase: SyncRun['phase']): Promise<void> {
    this.checkStop();
    const going = await this.ctx.runMutation(internal.syncWork.enterPhase, {
      ...this.address,
      phase,
      ...this.traffic(),
    });
    if (!going.go) throw new Stopped(going.why);
  }

  private async heartbeat(): Promise<void> {
    try {
      const going = await this.ctx.runMutation(internal.syncWork.beat, this.address);
      if (!going.go) this.stop = going.why;
    } catch {
      // The next beat or batch will tell.
    }
  }

  private readonly checkStop = (): void => {
    if (this.stop !== undefined) throw new Stopped(this.stop);
  };

  /** Requests since the last report. */
  private readonly traffic = (): Traffic => {
    const { requests, limited } = this.clerk;
    this.clerk.requests = 0;
    this.clerk.limited = 0;
    return { requests, limited };
  };

  private async handOver(): Promise<void> {
    if (this.options.run.key === 'pasted') throw tooBig;
    await this.ctx.runMutation(internal.syncWork.handOver, { ...this.address, ...this.traffic() });
  }

  private async finish(): Promise<void> {
    const end = { status: 'completed' as const };
    await this.ctx.runMutation(internal.syncWork.finish, {
      ...this.address,
      ...this.traffic(),
      end,
    });
  }

  private async end(error: unknown): Promise<void> {
    if (this.stop === 'lost') return;
    const end =
      this.stop === 'cancelled'
        ? { status: 'cancelled' as const }
        : { status: 'failed' as const, failure: failureOf(error) };
    await this.ctx.runMutation(internal.syncWork.finish, {
      ...this.address,
      ...this.traffic(),
      end,
    });
  }
}

const tooBig = new SyncTrouble({
  code: 'SYNC_NOT_RESUMABLE',
  message:
    'This takes longer than one action may run: set CLERK_SECRET_KEY on the deployment, and start again without pasting a key or a plan',
});

function failureOf(error: unknown): SyncFailure {
  if (error instanceof SyncTrouble) return error.failure;
  // Never the error's own text: it may repeat what was sent.
  const name = error instanceof Error ? error.name : 'unknown';
  log('error', 'sync.failed', { name, message: error instanceof Error ? error.message : '' });
  return { code: 'INTERNAL', message: 'The run stopped on an unexpected error; see the log' };
}

/** A page fetched ahead may fail while the last one is still being applied: heard when awaited. */
function unheard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}
