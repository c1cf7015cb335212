import vm from 'node:vm';
import { sharedGlobals } from './host-globals';
import { formatLogArgs } from './log-lines';
import { preludeScript, type Install, type PreludeApi } from './prelude';
import {
  ModuleLoader,
  type ExternalModules,
  type ModuleExports,
  type ScriptModules,
} from './script-modules';
import type { Thrown } from './thrown';
import { transactionSubtle } from './transaction-crypto';
import { ownPromise } from './unhandled-rejections';

/**
 * Where queries and mutations of one component run.
 *
 * The context has a microtask queue of its own, which is drained inside the timed run of a
 * script. So a function runs in **slices**: each is one timed run that goes on until nothing is
 * left to do but wait for asked operations; the host then performs those, in order, and the next
 * slice hands over their results. Endless loops, `await` loops included, end by the timer, and
 * whatever runs inside a slice belongs to the call the slice is for.
 *
 * The timer must not strike while the host works inside a slice, for it would end the host's own
 * code anywhere: operations that run at once do so only early in a slice (`isEarly`).
 */

/** How a call answers operations. */
export interface CallHost {
  syscall(op: string, json: string): string;
  /** True for operations without side effects or nested calls: they may run inside the slice. */
  isImmediate(op: string): boolean;
  /** Throws `OperationError` to reject the function's promise. */
  asyncSyscall(op: string, json: string): string | Promise<string>;
  log(level: string, line: string): void;
  /** Unix ms, the same for the whole call. */
  readonly nowMs: number;
  random(): number;
}

/** A failed operation as the calling function gets it; `dataJson` makes it a `ConvexError`. */
export class OperationError extends Error {
  constructor(
    message: string,
    readonly dataJson?: string,
  ) {
    super(message);
  }
}

export type RealmOutcome =
  | { kind: 'returned'; json: string; unawaited: string[] }
  | { kind: 'threw'; thrown: Thrown }
  /** Ran too long; the realm must not be used again. */
  | { kind: 'timedOut' }
  /** Waits for a promise that nothing can settle any more. */
  | { kind: 'stuck' };

interface PendingOperation {
  op: string;
  json: string;
  resolve: (json: string) => void;
  reject: (message: string, dataJson?: string) => void;
}

interface ActiveCall {
  host: CallHost;
  pending: PendingOperation[];
  outcome?: Exclude<RealmOutcome, { kind: 'returned' }> | { kind: 'returned'; json: string };
  /** Operations asked after the function had returned; refused. */
  late: string[];
  sliceStart: number;
  sliceStartCpuMs: number;
  userMs: number;
  hostMsInSlice: number;
}

/** What Convex grants a query or mutation: one second of its own JavaScript. */
export const userMsMax = 1000;
/** Time the host may spend inside one slice, on top of the function's own. */
const hostMsPerSliceMax = 250;
/**
 * The timer counts wall time, the limit is one of processor time: on a busy machine a function
 * must not fail for what others do. So an endless loop ends this much later.
 */
const timerSlackMs = 2000;
/** Evaluating modules at push may take longer than a call: nobody waits inside a transaction. */
const evaluationMsMax = 5000;

const prelude = preludeScript('transaction');
const runSlice = new vm.Script('__rollcallSlice()', { filename: 'rollcall-prelude:slice.js' });

export interface TransactionRealmOptions {
  scripts: ScriptModules;
  env: Record<string, string>;
  external?: ExternalModules;
  userMsMax?: number;
}

export class TransactionRealm {
  readonly #globals: Record<string, unknown> = {};
  readonly #context: vm.Context;
  readonly #api: PreludeApi;
  readonly #loader: ModuleLoader;
  readonly #userMsMax: number;
  #active: ActiveCall | undefined;
  #dead = false;

  constructor(options: TransactionRealmOptions) {
    this.#userMsMax = options.userMsMax ?? userMsMax;
    this.#context = vm.createContext(this.#globals, {
      name: `convex ${options.scripts.component || 'app'} transactions`,
      codeGeneration: { strings: false, wasm: true },
      microtaskMode: 'afterEvaluate',
    });
    // The script's value is the prelude's `install`.
    const install = prelude.runInContext(this.#context) as Install;
    this.#api = install(this.#hostFunctions(), sharedGlobals());
    this.#api.setEnv(options.env);
    ownPromise(this.#api.Promise);
    this.#loader = new ModuleLoader(this.#context, options.scripts, options.external);
  }

  /** False after a timeout: the realm may be in any state. */
  get usable(): boolean {
    return !this.#dead;
  }

  /** Replaces `process.env`, also for modules that are loaded already. */
  setEnv(env: Record<string, string>): void {
    this.#api.setEnv(env);
  }

  /** Runs `body` with the exports of a module, outside any call: operations are refused. */
  evaluate<T>(path: string, body: (exports: ModuleExports) => T): { value: T } | { error: Thrown } {
    let result: { value: T } | { error: Thrown } | undefined;
    const finished = this.#timed(evaluationMsMax, () => {
      result = this.#api.attempt(() => body(this.#loader.load(path)));
    });
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

  /** Runs `exports[exportName][method](argsJson)` of a module to its end. */
  async run(
    target: { path: string; exportName: string; method: 'invokeQuery' | 'invokeMutation' },
    argsJson: string,
    host: CallHost,
  ): Promise<RealmOutcome> {
    const call: ActiveCall = {
      host,
      pending: [],
      late: [],
      sliceStart: 0,
      sliceStartCpuMs: 0,
      userMs: 0,
      hostMsInSlice: 0,
    };
    const unloaded = this.#loader.isLoaded(target.path)
      ? undefined
      : this.evaluate(target.path, () => undefined);
    if (unloaded && 'error' in unloaded) return { kind: 'threw', thrown: unloaded.error };
    let next: () => void = () => {
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
        (json) => this.#settle(call, { kind: 'returned', json: json as string }),
        (thrown) => this.#settle(call, { kind: 'threw', thrown }),
      );
    };
    for (;;) {
      if (!this.#slice(call, next)) return { kind: 'timedOut' };
      const { outcome, pending } = call;
      if (outcome?.kind === 'returned') {
        return { ...outcome, unawaited: [...pending.map(({ op }) => op), ...call.late] };
      }
      if (outcome) return outcome;
      if (pending.length === 0) return { kind: 'stuck' };
      call.pending = [];
      const settled = await performAll(pending, host);
      next = () => {
        for (const settle of settled) settle();
      };
    }
  }

  #settle(call: ActiveCall, outcome: NonNullable<ActiveCall['outcome']>): void {
    call.outcome ??= outcome;
  }

  /** One timed run for a call. False when time ran out. */
  #slice(call: ActiveCall, body: () => void): boolean {
    const remaining = Math.max(1, Math.ceil(this.#userMsMax - call.userMs));
    const outer = this.#active;
    this.#active = call;
    call.sliceStart = performance.now();
    call.sliceStartCpuMs = cpuMs();
    call.hostMsInSlice = 0;
    try {
      const inTime = this.#timed(remaining + hostMsPerSliceMax + timerSlackMs, body);
      const spent = Math.min(performance.now() - call.sliceStart, cpuMs() - call.sliceStartCpuMs);
      call.userMs += Math.max(0, spent - call.hostMsInSlice);
      if (inTime && call.userMs <= this.#userMsMax) return true;
      this.#dead ||= !inTime;
      return false;
    } finally {
      this.#active = outer;
    }
  }

  #timed(timeout: number, body: () => void): boolean {
    this.#globals['__rollcallSlice'] = body;
    try {
      runSlice.runInContext(this.#context, { timeout });
      return true;
    } catch (error) {
      if ((error as { code?: unknown }).code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      this.#dead = true;
      return false;
    } finally {
      this.#globals['__rollcallSlice'] = undefined;
    }
  }

  /** Whether the host may still work inside this slice without the timer striking it. */
  #isEarly(call: ActiveCall): boolean {
    const spent = performance.now() - call.sliceStart;
    return call.hostMsInSlice < hostMsPerSliceMax / 2 && spent < this.#userMsMax / 2;
  }

  #hostFunctions(): object {
    const answer = (body: () => unknown): { value: unknown } | { error: string } => {
      try {
        return { value: body() };
      } catch (error) {
        return { error: messageOf(error) };
      }
    };
    return {
      // While a module is being loaded there is no call to be deterministic for.
      now: () => this.#active?.host.nowMs ?? Date.now(),
      random: () => this.#active?.host.random() ?? Math.random(),
      log: (level: string, args: unknown[]) => this.#active?.host.log(level, formatLogArgs(args)),
      subtle: (name: string, args: unknown[]) => answer(() => transactionSubtle(name, args)),
      syscall: (op: string, json: string) =>
        answer(() => {
          if (!this.#active)
            throw new Error(
              `Cannot use ${op} while a module is being loaded; move it into a function.`,
            );
          return this.#active.host.syscall(op, json);
        }),
      asyncSyscall: (
        op: string,
        json: string,
        resolve: PendingOperation['resolve'],
        reject: PendingOperation['reject'],
      ) => this.#asyncSyscall({ op, json, resolve, reject }),
    };
  }

  #asyncSyscall(operation: PendingOperation): void {
    const call = this.#active;
    if (!call) {
      operation.reject(
        `Cannot use ${operation.op} while a module is being loaded; move it into a function.`,
      );
      return;
    }
    if (call.outcome) {
      call.late.push(operation.op);
      operation.reject(
        `${operation.op} was asked for after the function had returned. Await every operation before returning.`,
      );
      return;
    }
    if (call.pending.length > 0 || !call.host.isImmediate(operation.op) || !this.#isEarly(call)) {
      call.pending.push(operation);
      return;
    }
    const start = performance.now();
    let settle: () => void;
    try {
      // Immediate operations answer at once by definition.
      const json = call.host.asyncSyscall(operation.op, operation.json) as string;
      settle = () => operation.resolve(json);
    } catch (error) {
      settle = rejection(operation, error);
    }
    call.hostMsInSlice += performance.now() - start;
    settle();
  }
}

/** Of the whole process, so an upper bound of what the function used. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** Performs operations one after the other: nested calls of one function never overlap. */
async function performAll(operations: PendingOperation[], host: CallHost): Promise<(() => void)[]> {
  const settled: (() => void)[] = [];
  for (const operation of operations) {
    try {
      const json = await host.asyncSyscall(operation.op, operation.json);
      settled.push(() => operation.resolve(json));
    } catch (error) {
      settled.push(rejection(operation, error));
    }
  }
  return settled;
}

function rejection(operation: PendingOperation, error: unknown): () => void {
  const dataJson = error instanceof OperationError ? error.dataJson : undefined;
  return () => operation.reject(messageOf(error), dataJson);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
