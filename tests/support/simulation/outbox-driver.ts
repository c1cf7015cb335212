import assert from 'node:assert/strict';
import type { WorkId } from '@convex-dev/workpool';
import type { Doc, Id } from '../../../convex/_generated/dataModel';
import { internal, intentsOf } from '../convex-calls';
import type { ClerkFault } from '../fake-clerk';
import { FakeClerkLists } from '../fake-clerk-lists';
import type { Deployment } from './deployment';
import { until } from './until';

interface Attempt {
  intentId: Id<'roleIntents'>;
  externalId: string;
  hasEnded: boolean;
}

/** A request of the outbox that Clerk has not answered; `answer` once Clerk carried it out. */
interface OpenRequest {
  input: unknown;
  init: RequestInit | undefined;
  answer: Response | undefined;
  attempt: Attempt;
  resolve: (response: Response) => void;
  reject: (error: Error) => void;
}

/** A question whose answer Clerk has given and we have not got. */
interface HeldRead {
  run: Promise<unknown>;
  release: (() => void) | undefined;
}

/** How a request ends that the worker lives to see; the last two are answers of Clerk. */
type Ending = 'answered' | 'answerLost' | 'unreachable' | ClerkFault;

/**
 * The workers of the outbox in a simulation: every request waits here until the schedule says what
 * becomes of it. Answers are lost, late or errors; workers die.
 */
export class OutboxDriver {
  private readonly open: OpenRequest[] = [];
  private readonly late: Pick<OpenRequest, 'input' | 'init'>[] = [];
  private readonly lists: FakeClerkLists;
  private readonly reads: HeldRead[] = [];
  private reading: HeldRead | undefined;
  private holdsRead = false;
  /** Whose request comes next: attempts begin one after the other. */
  private beginning: Attempt | undefined;
  /** Attempts per intent beyond the first that are no second request for the same thing. */
  private readonly excused = new Map<string, number>();
  private readonly sent = new Map<string, number>();

  constructor(
    private readonly world: Deployment,
    private readonly chance: () => number,
    private readonly note: (step: string) => void,
    /** Who answers about invitations. */
    private readonly elsewhere: (input: unknown, init?: RequestInit) => Promise<Response>,
  ) {
    this.lists = new FakeClerkLists(world.clerk);
    world.setFetch(this.gatedFetch);
  }

  get isIdle(): boolean {
    return this.open.length === 0 && this.late.length === 0 && this.reads.length === 0;
  }

  /** Lets a question to Clerk run: to its end, or until Clerk has answered and the answer hangs. */
  async read(run: Promise<unknown>, hold?: boolean): Promise<void> {
    this.holdsRead = hold ?? this.chance() < 0.3;
    const read: HeldRead = { run, release: undefined };
    this.reading = read;
    let hasEnded = false;
    const ended = run.finally(() => (hasEnded = true));
    await until(() => hasEnded || read.release !== undefined);
    this.holdsRead = false;
    if (hasEnded) await ended;
    else this.reads.push({ ...read, run: ended });
  }

  async finishRead(): Promise<void> {
    const read = this.reads.shift();
    if (read === undefined) return;
    this.note('an answer to a question arrives late');
    read.release?.();
    await read.run;
  }

  async startOne(): Promise<void> {
    const due = (await this.queued()).filter((intent) => intent.notBefore <= Date.now());
    const intent = due[Math.floor(this.chance() * due.length)];
    if (intent === undefined) return;
    this.note(`push ${intent.kind} of ${intent.externalId}`);
    await this.begin(intent);
  }

  /** Something happens to one of the requests under way. */
  async advance(): Promise<void> {
    if (this.late.length > 0 && this.chance() < 0.3) return await this.land();
    if (this.reads.length > 0 && this.chance() < 0.3) return await this.finishRead();
    const request = this.open[Math.floor(this.chance() * this.open.length)];
    if (request === undefined) return;
    const roll = this.chance();
    if (roll < 0.08) return await this.crash(request);
    if (request.answer !== undefined) {
      return await this.finish(request, roll < 0.35 ? 'answerLost' : 'answered');
    }
    if (roll < 0.22) return await this.finish(request, 'answerLost');
    if (roll < 0.4) return await this.finish(request, this.fault());
    this.note('Clerk carries out a request');
    request.answer = await this.world.clerk.fetch(request.input, request.init);
  }

  /** The ban or unban that waits goes out, if nothing else of that person is, and hangs on its way. */
  async loseAccess(externalId: string): Promise<void> {
    const request = await this.beginAccess(externalId);
    if (request !== undefined) await this.finish(request, 'answerLost');
  }

  /** It goes out, Clerk carries it out, and its answer is on its way. Whether there was one. */
  async carryOutAccess(externalId: string): Promise<boolean> {
    const request = await this.beginAccess(externalId);
    if (request === undefined) return false;
    this.note('Clerk carries out a request');
    request.answer = await this.world.clerk.fetch(request.input, request.init);
    return true;
  }

  async answerOf(externalId: string): Promise<void> {
    const request = this.open.find(({ attempt }) => attempt.externalId === externalId);
    if (request !== undefined) await this.finish(request, 'answered');
  }

  private async beginAccess(externalId: string): Promise<OpenRequest | undefined> {
    if (this.open.some(({ attempt }) => attempt.externalId === externalId)) return undefined;
    const intent = (await this.queued()).find(
      (one) => one.externalId === externalId && (one.kind === 'ban' || one.kind === 'unban'),
    );
    if (intent === undefined) return undefined;
    this.note(`push ${intent.kind} of ${externalId}`);
    await this.begin(intent);
    return this.open.find(({ attempt }) => attempt.intentId === intent._id);
  }

  /** No request is waited for longer than half a minute. */
  async timeOut(): Promise<void> {
    for (let request = this.open[0]; request; request = this.open[0]) {
      await this.finish(request, 'answerLost');
    }
  }

  /** Everything under way ends well; new attempts begin. */
  async settle(): Promise<void> {
    // A request that we stopped waiting for may land after everything that came later.
    if (this.late.length > 0 && this.chance() < 0.3) await this.land();
    while (this.reads.length > 0) await this.finishRead();
    for (let request = this.open[0]; request; request = this.open[0]) {
      await this.finish(request, 'answered');
    }
    await this.world.t.mutation(internal.maintenance.watchOutbox, {});
    const queued = await this.queued();
    for (const intent of queued) await this.begin(intent);
  }

  /** Whether anything is still to be sent or to be heard of. */
  async hasWork(): Promise<boolean> {
    const inFlight = await intentsOf(this.world.t, 'inFlight');
    return inFlight.length > 0 || (await this.queued()).length > 0;
  }

  /** Rule 10: what waits has somebody who will take it up. */
  async checkNothingForgotten(): Promise<void> {
    const { memory } = this.world;
    if (memory === undefined) return;
    const handed = new Set(memory.jobs.map(({ args }) => args.intentId));
    const inFlight = new Set((await intentsOf(this.world.t, 'inFlight')).map((i) => i.userId));
    for (const intent of await this.queued()) {
      const isSeenTo = handed.has(intent._id) || inFlight.has(intent.userId);
      assert.ok(isSeenTo, `an intent of ${intent.externalId} waits for nobody`);
    }
  }

  checkRequests(): void {
    for (const [intent, count] of this.sent) {
      const allowed = 1 + (this.excused.get(intent) ?? 0);
      assert.ok(count <= allowed, 'rule 6: one request per intent');
    }
  }

  private async queued(): Promise<Doc<'roleIntents'>[]> {
    return await intentsOf(this.world.t, 'queued');
  }

  /** Starts a push and waits until it asks Clerk or ends. */
  private async begin({ _id: intentId, externalId }: Doc<'roleIntents'>): Promise<void> {
    this.takeJobs(intentId);
    const before = this.open.length;
    const attempt: Attempt = { intentId, externalId, hasEnded: false };
    this.beginning = attempt;
    const failures: unknown[] = [];
    void this.world.t
      .action(internal.outbox.push, { intentId })
      .catch((error: unknown) => failures.push(error))
      .finally(() => (attempt.hasEnded = true));
    await until(() => attempt.hasEnded || this.open.length > before);
    if (failures.length > 0) throw failures[0];
    if (this.open.length === before) return;
    this.sent.set(intentId, (this.sent.get(intentId) ?? 0) + 1);
    const same = this.open.filter((request) => request.attempt.externalId === externalId);
    assert.equal(same.length, 1, 'rule 10: one request at a time per person');
  }

  /** The pool has run all that it was given for this intent; what is still needed comes anew. */
  private takeJobs(intentId: string): void {
    const jobs = this.world.memory?.jobs;
    if (jobs === undefined) return;
    const left = jobs.filter(({ via, args }) => via !== 'pool' || args.intentId !== intentId);
    jobs.splice(0, jobs.length, ...left);
  }

  private async finish(request: OpenRequest, ending: Ending): Promise<void> {
    this.note(`a request ends: ${typeof ending === 'string' ? ending : JSON.stringify(ending)}`);
    this.open.splice(this.open.indexOf(request), 1);
    if (ending !== 'answered') this.excuse(request);
    await this.answer(request, ending);
    await until(() => request.attempt.hasEnded);
  }

  private async answer(request: OpenRequest, ending: Ending): Promise<void> {
    const { input, init } = request;
    const { clerk } = this.world;
    if (ending === 'answered') {
      return request.resolve(request.answer ?? (await clerk.fetch(input, init)));
    }
    if (ending === 'answerLost') {
      // On its way all the same.
      if (request.answer === undefined) this.late.push({ input, init });
      return request.resolve(new Response('{}', { status: 504 }));
    }
    if (ending === 'unreachable') return request.reject(new TypeError('fetch failed'));
    clerk.faults.push(ending);
    request.resolve(await clerk.fetch(input, init));
  }

  private fault(): Ending {
    const roll = this.chance();
    if (roll < 0.2) return 'unreachable';
    if (roll < 0.5) return { status: 429, retryAfterS: 1 + Math.floor(this.chance() * 20) };
    if (roll < 0.6) return { status: 402 };
    const status = [500, 502, 503][Math.floor(this.chance() * 3)] ?? 500;
    return { status, applied: this.chance() < 0.4 };
  }

  /** The process dies: no answer is read. Later the pool says so, or the watch finds out. */
  private async crash(request: OpenRequest): Promise<void> {
    this.note('a worker dies');
    this.excuse(request);
    const { input, init } = request;
    if (request.answer === undefined && this.chance() < 0.6) this.late.push({ input, init });
    this.open.splice(this.open.indexOf(request), 1);
    if (this.chance() < 0.5) return;
    await this.world.t.mutation(internal.outbox.lost, {
      workId: 'work' as WorkId,
      context: { intentId: request.attempt.intentId },
      result: { kind: 'failed', error: 'the process died' },
    });
  }

  /** Clerk carries out a request that we stopped waiting for. */
  async land(): Promise<void> {
    const request = this.late.shift();
    if (request === undefined) return;
    this.note(`a late request lands: ${JSON.stringify(request.input)}`);
    await this.world.clerk.fetch(request.input, request.init);
  }

  private excuse({ attempt: { intentId } }: OpenRequest): void {
    this.excused.set(intentId, (this.excused.get(intentId) ?? 0) + 1);
  }

  private readonly gatedFetch = async (input: unknown, init?: RequestInit): Promise<Response> => {
    if (String(input).includes('/v1/invitations')) return await this.elsewhere(input, init);
    if ((init?.method ?? 'GET') === 'GET') return await this.answerRead(input, init);
    const attempt = this.beginning;
    if (attempt === undefined) throw new Error('a request of no attempt');
    return await new Promise((resolve, reject) => {
      this.open.push({ input, init, answer: undefined, attempt, resolve, reject });
    });
  };

  private async answerRead(input: unknown, init: RequestInit | undefined): Promise<Response> {
    const answer = await this.lists.fetch(input, init);
    const { reading, holdsRead } = this;
    if (!holdsRead || reading === undefined) return answer;
    return await new Promise((resolve) => (reading.release = () => resolve(answer)));
  }
}
