import vm from 'node:vm';
import { hostFunctions, newCall, type ActiveCall, type RealmOutcome } from './active-call';
import { performAll, type CallHost, type Continuation } from './call-operations';
import { sharedGlobals } from './host-globals';
import { cpuMs } from './processor-time';
import { preludeScript, type Install, type PreludeApi } from './prelude';
import {
  ModuleLoader,
  type ExternalModules,
  type ModuleExports,
  type ScriptModules,
} from './script-modules';
import {
  isUnderTimer,
  timerAgeMs,
  underTimer,
  workUnderTimer,
  type Abandonable,
} from './run-timer';
import type { Thrown } from './thrown';
import { ownPromise } from './unhandled-rejections';

/**
 * Where queries and mutations of one component run.
 *
 * The context has a microtask queue of its own, which is drained inside the run of a script. So a
 * function runs in **turns**: each goes on until nothing is left to do but wait for asked
 * operations; the host then performs those, in order, and the next turn hands over their results.
 * Whatever runs inside a turn belongs to the call the turn is for.
 *
 * All turns of a call, the operations between them and calls nested in those usually run under
 * one timer (`run-timer.ts`), which ends endless loops, `await` loops included.
 */

type Step =
  | { outcome: RealmOutcome }
  /** The timer is old: go on under a fresh one. */
  | { next: Continuation }
  | { wait: Promise<Continuation> };

interface Target {
  path: string;
  exportName: string;
  method: 'invokeQuery' | 'invokeMutation';
}

/** What Convex grants a query or mutation: one second of its own JavaScript. */
export const userMsMax = 1000;
/** Time the host may need under one timer, on top of the function's own. */
const hostMsMax = 250;
/**
 * The timer counts wall time, the limit is one of processor time: on a busy machine a function
 * must not fail for what others do. So an endless loop ends this much later.
 */
const timerSlackMs = 2000;
/** From this age on a timer is left for a fresh one after the turn. */
const timerMsMax = 200;
/** Evaluating modules at push may take longer than a call: nobody waits inside a transaction. */
const evaluationMsMax = 5000;

const prelude = preludeScript('transaction');
/** Does nothing itself; the context's microtasks are drained when it ends. */
const drainMicrotasks = new vm.Script('0', { filename: 'rollcall-prelude:drain.js' });

export interface TransactionRealmOptions {
  scripts: ScriptModules;
  env: Record<string, string>;
  external?: ExternalModules;
  userMsMax?: number;
}

export class TransactionRealm implements Abandonable {
  readonly #context: vm.Context;
  readonly #api: PreludeApi;
  readonly #loader: ModuleLoader;
  readonly #userMsMax: number;
  #active: ActiveCall | undefined;
  #dead = false;

  constructor(options: TransactionRealmOptions) {
    this.#userMsMax = options.userMsMax ?? userMsMax;
    this.#context = vm.createContext(
      {},
      {
        name: `convex ${options.scripts.component || 'app'} transactions`,
        codeGeneration: { strings: false, wasm: true },
        microtaskMode: 'afterEvaluate',
      },
    );
    // The script's value is the prelude's `install`.
    const install = prelude.runInContext(this.#context) as Install;
    this.#api = install(
      hostFunctions(() => this.#active),
      sharedGlobals(),
    );
    this.#api.setEnv(options.env);
    ownPromise(this.#api.Promise);
    this.#loader = new ModuleLoader(this.#context, options.scripts, options.external);
  }

  /** False after a timeout: the realm may be in any state. */
  get usable(): boolean {
    return !this.#dead;
  }

  abandon(): void {
    this.#dead = true;
    this.#active = undefined;
  }

  /** Replaces `process.env`, also for modules that are loaded already. */
  setEnv(env: Record<string, string>): void {
    this.#api.setEnv(env);
  }

  /** Runs `body` with the exports of a module, outside any call: operations are refused. */
  evaluate<T>(path: string, body: (exports: ModuleExports) => T): { value: T } | { error: Thrown } {
    let result: { value: T } | { error: Thrown } | undefined;
    const finished = underTimer(evaluationMsMax, () =>
      this.#turn(undefined, () => {
        result = this.#api.attempt(() => body(this.#loader.load(path)));
      }),
    );
    if (!finished || !result) {
      return {
        error: {
          name: 'Error',
          message: `${path} did not finish loading within ${evaluationMsMax / 1000} s.`,
          stack: '',
        },
      };
    }
    return result;
  }

  /** Runs `exports[exportName][method](argsJson)` of a module to its end; at once where it can. */
  run(target: Target, argsJson: string, host: CallHost): RealmOutcome | Promise<RealmOutcome> {
    if (!this.#loader.isLoaded(target.path)) {
      // Loading takes a timer of its own.
      if (isUnderTimer()) return Promise.resolve().then(() => this.run(target, argsJson, host));
      const loaded = this.evaluate(target.path, () => undefined);
      if ('error' in loaded) return { kind: 'threw', thrown: loaded.error };
    }
    const call = newCall(host);
    return this.#drive(call, () => this.#begin(call, target, argsJson));
  }

  #begin(call: ActiveCall, target: Target, argsJson: string): void {
    this.#api.call(
      () => {
        // The registered function of the `convex` package; analysis checked that it is one.
        const registered = this.#loader.load(target.path)[target.exportName] as Record<
          string,
          (args: string) => unknown
        >;
        return registered[target.method]?.(argsJson);
      },
      // `invokeQuery` and `invokeMutation` answer JSON text.
      (json) => (call.outcome ??= { kind: 'returned', json: json as string }),
      (thrown) => (call.outcome ??= { kind: 'threw', thrown }),
    );
  }

  /** Takes a call to its end, under the timer that is running or under its own ones. */
  #drive(call: ActiveCall, first: Continuation): RealmOutcome | Promise<RealmOutcome> {
    let next = first;
    for (;;) {
      const nested = isUnderTimer();
      const step = nested ? this.#steps(call, next) : this.#timedSteps(call, next);
      if ('outcome' in step) return step.outcome;
      if ('wait' in step) return step.wait.then((settle) => this.#drive(call, settle));
      ({ next } = step);
      if (nested) return Promise.resolve(next).then((later) => this.#drive(call, later));
    }
  }

  #timedSteps(call: ActiveCall, next: Continuation): Step {
    const remaining = Math.max(1, Math.ceil(this.#userMsMax - call.userMs));
    const done = underTimer(remaining + hostMsMax + timerSlackMs, () => this.#steps(call, next));
    return done ? done.value : { outcome: { kind: 'timedOut' } };
  }

  /** Turns and operations by turns, until the call has ended, has to wait, or the timer is old. */
  #steps(call: ActiveCall, first: Continuation): Step {
    let next = first;
    for (;;) {
      this.#turn(call, next);
      if (this.#isOverTime(call)) return { outcome: { kind: 'timedOut' } };
      const { outcome, pending } = call;
      if (outcome?.kind === 'returned') {
        const unawaited = [...pending.map(({ op }) => op), ...call.late];
        return { outcome: { ...outcome, unawaited } };
      }
      if (outcome) return { outcome };
      if (pending.length === 0) return { outcome: { kind: 'stuck' } };
      call.pending = [];
      const start = performance.now();
      const performed = performAll(pending, call.host);
      call.hostMs += performance.now() - start;
      if (performed instanceof Promise) return { wait: performed };
      next = performed;
      if (timerAgeMs() > timerMsMax) return { next };
    }
  }

  /** One run of the context, until its microtasks are drained. */
  #turn(call: ActiveCall | undefined, body: Continuation): void {
    const outer = this.#active;
    const hostMs = call?.hostMs ?? 0;
    const start = performance.now();
    workUnderTimer(this);
    this.#active = call;
    try {
      body();
      drainMicrotasks.runInContext(this.#context);
    } finally {
      this.#active = outer;
    }
    if (call) call.userMs += performance.now() - start - (call.hostMs - hostMs);
  }

  /** What others made the function wait for does not count: its time is processor time at most. */
  #isOverTime(call: ActiveCall): boolean {
    if (call.userMs <= this.#userMsMax) return false;
    call.userMs = Math.min(call.userMs, cpuMs() - call.startCpuMs - call.hostMs);
    return call.userMs > this.#userMsMax;
  }
}
