import { getFunctionAddress } from 'convex/server';
import type { ConvexCalls } from '../convex-calls';
import { MemoryReader, MemoryWriter } from './database';
import { type Change, MemoryStore } from './store';
import { misfit, type Shape } from './validate';
import { type Fields, stored, storedFields } from './values';

/*
 * The product's own functions on tables in memory, many times faster than `convex-test`: nothing is
 * turned into JSON and back. For simulations of very many schedules. Arguments, results and
 * documents are checked against their validators; one transaction runs at a time and is undone when
 * it fails, as in Convex. `convex-simulation.test.ts` compares the two on the same schedules.
 *
 * The pool and the limiter are stand-ins: what is handed to the pool or the scheduler waits in
 * `jobs` until the caller runs it, and the limiter never refuses.
 */

/** An export of a module of `convex/`, as far as it can be called. */
interface Registered {
  isQuery?: boolean;
  isMutation?: boolean;
  isAction?: boolean;
  _handler: (ctx: unknown, args: unknown) => unknown;
  exportArgs: () => string;
  exportReturns: () => string;
}

interface Callable {
  kind: 'query' | 'mutation' | 'action';
  handler: Registered['_handler'];
  args: Shape;
  returns: Shape | null;
}

interface Router {
  lookup: (path: string, method: string) => readonly [Registered, ...unknown[]] | null;
}

export interface Job {
  id: string;
  via: 'pool' | 'scheduler';
  name: string;
  args: Fields;
  /** Unix ms. */
  dueAt: number;
  onComplete?: { name: string; context: unknown };
}

type Identity = Readonly<{ subject: string }> | null;
type Named = Parameters<typeof getFunctionAddress>[0];

export interface MemoryOptions {
  /** `schema.export()`. */
  schema: string;
  /** The modules of `convex/`, by path without extension. */
  modules: Readonly<Record<string, object>>;
  clock: () => number;
}

export type CommitCheck = (store: MemoryStore, changes: readonly Change[]) => void;

export class MemoryConvex {
  readonly jobs: Job[] = [];
  /** Sees every state that anybody could observe; throws where one must not be. */
  onCommit: CommitCheck | undefined;
  /** The first thing that `onCommit` found. */
  unsound: unknown;
  private readonly store: MemoryStore;
  private readonly callables = new Map<string, Callable>();
  private lock: Promise<unknown> = Promise.resolve();
  private lastJob = 0;

  constructor(private readonly options: MemoryOptions) {
    this.store = new MemoryStore(options.schema, options.clock);
  }

  /** An empty deployment again. */
  wipe(): void {
    this.store.wipe();
    this.jobs.length = 0;
    this.unsound = undefined;
  }

  /** As `convex-test` gives it: the calls of an operator, of somebody signed in, and `fetch`. */
  calls(identity: Identity = null): ConvexCalls {
    const call = async (reference: Named, args: object = {}) =>
      await this.call(nameOf(reference), args, identity);
    const calls = {
      query: call,
      mutation: call,
      action: call,
      run: async (work: (ctx: unknown) => Promise<unknown>) =>
        await this.transaction(async () => await work(this.mutationCtx(null))),
      fetch: async (path: string, init?: RequestInit) => await this.fetch(path, init),
      withIdentity: (other: { subject: string }) => this.calls(other),
    };
    // Typed by what `convex-test` promises; which function is called is known by its name alone.
    return calls as unknown as ConvexCalls;
  }

  /** Runs a waiting job; a mutation that fails stays undone, an action's failure is the caller's. */
  async runJob(job: Job): Promise<unknown> {
    return await this.call(job.name, job.args, null);
  }

  private async call(name: string, args: object, identity: Identity): Promise<unknown> {
    const { kind, handler, args: shape, returns } = this.find(name);
    const given = storedFields(args, name);
    refuse(misfit(shape, given, `${name}: args`));
    const result = await this.execute(kind, identity, async (ctx) => await handler(ctx, given));
    const value = result === undefined ? null : stored(result, name);
    if (returns !== null) refuse(misfit(returns, value, `${name}: result`));
    return value;
  }

  private async execute(
    kind: Callable['kind'],
    identity: Identity,
    work: (ctx: unknown) => Promise<unknown>,
  ): Promise<unknown> {
    switch (kind) {
      case 'action':
        return await work(this.actionCtx(identity));
      case 'query':
        return await this.transaction(async () => await work(this.queryCtx(identity)));
      case 'mutation':
        return await this.transaction(async () => await work(this.mutationCtx(identity)));
    }
  }

  /** One at a time; undone as a whole, waiting jobs included, when it fails. */
  private async transaction<T>(work: () => Promise<T>): Promise<T> {
    const run = this.lock.then(async () => {
      const jobs = this.jobs.length;
      let result: T;
      try {
        result = await work();
      } catch (error) {
        this.store.rollBack(0);
        this.jobs.length = jobs;
        throw error;
      }
      this.check(this.store.commit());
      return result;
    });
    this.lock = run.catch(() => undefined);
    return await run;
  }

  /** What a check finds is kept as well: the product may catch an error and go on. */
  private check(changes: readonly Change[]): void {
    if (changes.length === 0) return;
    try {
      this.onCommit?.(this.store, changes);
    } catch (error) {
      this.unsound ??= error;
      throw error;
    }
  }

  private queryCtx(identity: Identity) {
    return { db: new MemoryReader(this.store), auth: authOf(identity) };
  }

  private mutationCtx(identity: Identity) {
    return {
      db: new MemoryWriter(this.store),
      auth: authOf(identity),
      scheduler: this.scheduler(),
      runQuery: async (reference: Named, args: Fields) => await this.nested(reference, args),
      runMutation: async (reference: Named, args: Fields) => await this.nested(reference, args),
    };
  }

  private actionCtx(identity: Identity) {
    const call = async (reference: Named, args: Fields = {}) => {
      const component = componentOf(reference);
      return component === undefined
        ? await this.call(nameOf(reference), args, identity)
        : await this.transaction(async () => await Promise.resolve(this.standIn(component, args)));
    };
    const scheduler = this.scheduler();
    const auth = authOf(identity);
    return { auth, scheduler, runQuery: call, runMutation: call, runAction: call };
  }

  /** Within the caller's transaction. */
  private async nested(reference: Named, args: Fields): Promise<unknown> {
    const component = componentOf(reference);
    if (component !== undefined) return await Promise.resolve(this.standIn(component, args));
    const { handler } = this.find(nameOf(reference));
    const savepoint = this.store.savepoint();
    try {
      return await handler(this.mutationCtx(null), args);
    } catch (error) {
      this.store.rollBack(savepoint);
      throw error;
    }
  }

  private standIn(component: string, args: Fields): unknown {
    switch (component) {
      case 'rateLimiter/lib/rateLimit':
      case 'rateLimiter/lib/checkRateLimit':
        return { ok: true };
      case 'workpool/lib/enqueue': {
        // As the pool's own client writes it.
        const { fnHandle, fnArgs, runAt, onComplete } = args as {
          fnHandle: string;
          fnArgs: Fields;
          runAt: number;
          onComplete?: { fnHandle: string; context: unknown };
        };
        return this.addJob('pool', {
          name: nameOfHandle(fnHandle),
          args: fnArgs,
          dueAt: runAt,
          ...(onComplete && {
            onComplete: { name: nameOfHandle(onComplete.fnHandle), context: onComplete.context },
          }),
        });
      }
      default:
        throw new Error(`no stand-in for ${component}`);
    }
  }

  private scheduler() {
    const schedule = async (dueAt: number, reference: Named, args: Fields = {}) =>
      await Promise.resolve(this.addJob('scheduler', { name: nameOf(reference), args, dueAt }));
    return {
      runAfter: async (delayMs: number, reference: Named, args?: Fields) =>
        await schedule(this.options.clock() + delayMs, reference, args),
      runAt: async (at: number | Date, reference: Named, args?: Fields) =>
        await schedule(Number(at), reference, args),
    };
  }

  private addJob(via: Job['via'], job: Omit<Job, 'id' | 'via'>): string {
    this.lastJob += 1;
    const id = `job:${this.lastJob}`;
    this.jobs.push({ id, via, ...job, args: storedFields(job.args, job.name) });
    return id;
  }

  private async fetch(path: string, init: RequestInit = {}): Promise<Response> {
    const url = new URL(`https://memory.convex.site${path}`);
    // `http.ts` exports its router as default; every other module exports functions.
    const { default: router } = this.options.modules.http as { default: Router };
    const found = router.lookup(url.pathname, init.method ?? 'GET');
    if (found === null) return new Response('no such route', { status: 404 });
    const answer = await found[0]._handler(this.actionCtx(null), new Request(url, init));
    if (!(answer instanceof Response)) throw new Error(`${path} answered no response`);
    return answer;
  }

  private find(name: string): Callable {
    const known = this.callables.get(name);
    if (known !== undefined) return known;
    const [module = '', exported = 'default'] = name.split(':');
    const found: unknown = new Map(Object.entries(this.options.modules[module] ?? {})).get(
      exported,
    );
    if (typeof found !== 'function' || !('exportArgs' in found)) {
      throw new Error(`there is no function ${name}`);
    }
    // What the builders of `convex/server` put on every function.
    const registered = found as unknown as Registered;
    const callable: Callable = {
      kind: registered.isAction ? 'action' : registered.isQuery ? 'query' : 'mutation',
      handler: registered._handler,
      args: JSON.parse(registered.exportArgs()) as Shape,
      returns: JSON.parse(registered.exportReturns()) as Shape | null,
    };
    this.callables.set(name, callable);
    return callable;
  }
}

/** What the pool's client asks the runtime for; undo with what is returned. */
export function installHandles(): () => void {
  const before = Object.getOwnPropertyDescriptor(globalThis, 'Convex');
  const asyncSyscall = async (operation: string, args: string) => {
    if (operation !== '1.0/createFunctionHandle') throw new Error(`${operation} is not known here`);
    const { name } = JSON.parse(args) as { name: string };
    return await Promise.resolve(JSON.stringify(`function://${name}`));
  };
  Object.defineProperty(globalThis, 'Convex', { value: { asyncSyscall }, configurable: true });
  return () => {
    if (before === undefined) Reflect.deleteProperty(globalThis, 'Convex');
    else Object.defineProperty(globalThis, 'Convex', before);
  };
}

function authOf(identity: Identity) {
  return { getUserIdentity: async () => await Promise.resolve(identity) };
}

function refuse(why: string | undefined): void {
  if (why !== undefined) throw new Error(why);
}

function nameOf(reference: Named): string {
  const { name } = getFunctionAddress(reference) as { name?: string };
  if (name === undefined) throw new Error('a function of a component has no stand-in here');
  return name.includes(':') ? name : `${name}:default`;
}

/** `workpool/lib/enqueue`; undefined for the app's own functions. */
function componentOf(reference: Named): string | undefined {
  const { reference: path } = getFunctionAddress(reference) as { reference?: string };
  return path?.replace('_reference/childComponent/', '');
}

function nameOfHandle(handle: string): string {
  return handle.replace('function://', '');
}
