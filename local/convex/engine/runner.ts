import { clearTimeout, setTimeout } from 'node:timers';
import { checkedArgs, checkedResult } from '../functions/check-values';
import { failureOf, FunctionFailure } from '../functions/user-errors';
import type { ReadSet, Store, Ts, WriteOptions, WriteTransaction } from '../store/contract';
import { ActionCall, type ActionServices } from './action-call';
import { seededRandom, type CallContext, type TransactionContext } from './call-context';
import type { Committed, ConflictWatch } from './conflict-watch';
import type { Json } from './contract';
import { JobChanges } from './job-changes';
import type { JobQueue } from './job-queue';
import type { LiveFunction } from './live-code';
import { runInTransaction } from './nested-call';
import type { Ahead } from './running-ahead';

/** All that a call does besides its transaction is made anew when its body starts. */
const repeatable = { isRepeatable: true };

/** Convex ends actions after this time. */
const actionMsMax = 30 * 60_000;

export interface QueryOutcome {
  /** Convex-JSON text, or why there is none. */
  result: string | FunctionFailure;
  ts: Ts;
  reads: ReadSet;
}

/** Runs live functions in transactions of the store, and actions outside of them. */
export class Runner {
  constructor(
    private readonly store: Store,
    private readonly queue: JobQueue,
    private readonly nowMs: () => number,
    private readonly conflicts: ConflictWatch,
  ) {}

  async query(fn: LiveFunction, args: Json, context: CallContext): Promise<QueryOutcome> {
    // A failure is a result: it, too, holds until something it read changes.
    const failed = (error: unknown): FunctionFailure => {
      if (error instanceof FunctionFailure) return error;
      throw error;
    };
    const logs = context.logs.rewinding();
    const { value, ts, reads } = await this.store.read<string | FunctionFailure>((tx) => {
      logs.start();
      try {
        const result = runInTransaction(tx, { fn, args, depth: 1 }, this.#transaction(context));
        return result instanceof Promise ? result.catch(failed) : result;
      } catch (error) {
        return failed(error);
      }
    }, repeatable);
    return { result: value, ts, reads };
  }

  /** Throws `FunctionFailure`, with nothing written, when the function fails. */
  async mutation(
    fn: LiveFunction,
    args: Json,
    context: CallContext,
    ahead?: Ahead,
  ): Promise<string> {
    const durableTs = this.store.currentTs();
    const startedTs = ahead && ahead.seenTs > durableTs ? ahead.seenTs : durableTs;
    const { value } = await this.write(
      context,
      (tx, transaction) => {
        ahead?.check();
        return runInTransaction(tx, { fn, args, depth: 1 }, transaction);
      },
      { path: fn.path, startedTs },
      ahead && {
        onRan: ({ value: json, ts }) => ahead.onRan(json, ts),
        onLost: (why) => ahead.onLost(why),
      },
    );
    return value;
  }

  /** A transaction that may schedule functions; the queue hears of them once they are durable. */
  async write<T>(
    context: CallContext,
    body: (tx: WriteTransaction, context: TransactionContext) => T | Promise<T>,
    /** The mutation it is, when it is one of the app's. */
    mutation?: Pick<Committed, 'path'> & Partial<Committed>,
    told?: Pick<WriteOptions<T>, 'onRan' | 'onLost'>,
  ): Promise<{ value: T; ts: Ts }> {
    let transaction: TransactionContext | undefined;
    let reads: ReadSet | undefined;
    const startedTs = this.store.currentTs();
    const logs = context.logs.rewinding();
    const { value, ts, wrote } = await this.store.write(
      (tx) => {
        logs.start();
        transaction = this.#transaction(context);
        ({ reads } = tx);
        return body(tx, transaction);
      },
      { ...repeatable, ...told },
    );
    if (mutation && wrote && reads) {
      this.conflicts.note({ sessionId: undefined, startedTs, ...mutation, ts, reads });
    }
    this.queue.apply(transaction?.jobs.changes() ?? []);
    return { value, ts };
  }

  /** Throws `FunctionFailure` when the function fails. */
  async action(fn: LiveFunction, args: Json, context: CallContext): Promise<string> {
    const argsJson = await this.#checked((tables) => checkedArgs(args, fn, tables), fn);
    const call = new ActionCall(fn, context, this.#services, { goesAhead: true });
    let timer: NodeJS.Timeout | undefined;
    const timedOut = new Promise<never>((_, reject) => {
      timer = setTimeout(
        () =>
          reject(
            new FunctionFailure(
              `Function execution timed out (maximum duration: ${actionMsMax / 1000}s).`,
            ),
          ),
        actionMsMax,
      );
    });
    try {
      const running = fn.component
        .actions()
        .run<string>(
          fn.modulePath,
          (exports) =>
            registered(exports[fn.exportName]).invokeAction(context.requestId, `[${argsJson}]`),
          call,
        );
      const outcome = await Promise.race([running, timedOut]);
      await call.unsaved();
      if (outcome.kind === 'threw') throw failureOf(outcome.thrown, context.code.scriptsOf);
      return await this.#checked((tables) => checkedResult(outcome.value, fn, tables), fn);
    } finally {
      clearTimeout(timer);
      call.end();
    }
  }

  /** What actions ask for; their parts run as if called from outside, but may be internal. */
  readonly #services: ActionServices = {
    query: async (fn, args, context) => {
      const { result } = await this.query(fn, args, context);
      if (result instanceof FunctionFailure) throw result;
      return result;
    },
    mutation: (fn, args, context, ahead) => this.mutation(fn, args, context, ahead),
    action: (fn, args, context) => this.action(fn, args, context),
    schedule: async ({ owner, fn, args, scheduledTimeMs }, context) => {
      const { value } = await this.write(context, (tx, { jobs }) => {
        const argsJson = checkedArgs(args, fn, tx.namespace(fn.component.path));
        return jobs.schedule(tx, { owner, fn, argsJson, scheduledTimeMs });
      });
      return value;
    },
    cancel: async (owner, id, context) => {
      await this.write(context, (tx, { jobs }) => jobs.cancel(tx, owner, id));
    },
  };

  get services(): ActionServices {
    return this.#services;
  }

  #transaction(context: CallContext): TransactionContext {
    return { ...context, nowMs: this.nowMs(), random: seededRandom(), jobs: new JobChanges() };
  }

  /** Ids are checked against the tables of the function's component. */
  async #checked(
    check: (tables: { tableOfId(id: string): string | null }) => string,
    fn: LiveFunction,
  ): Promise<string> {
    const { value } = await this.store.read((tx) => check(tx.namespace(fn.component.path)));
    return value;
  }
}

interface RegisteredAction {
  invokeAction(requestId: string, args: string): unknown;
}

function registered(value: unknown): RegisteredAction {
  // Analysis at push found an action under this name.
  return value as RegisteredAction;
}
