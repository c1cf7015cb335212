import {
  messageOf,
  rejection,
  type CallHost,
  type Continuation,
  type PendingOperation,
} from './call-operations';
import { formatLogArgs } from './log-lines';
import { recentCpuMs } from './processor-time';
import { timerAgeMs } from './run-timer';
import type { Thrown } from './thrown';
import { transactionSubtle } from './transaction-crypto';

/** A query or mutation that runs in a context (`transaction-realm.ts`), and what it finds there. */

export type RealmOutcome =
  | { kind: 'returned'; json: string; unawaited: string[] }
  | { kind: 'threw'; thrown: Thrown }
  /** Ran too long; the realm must not be used again. */
  | { kind: 'timedOut' }
  /** Waits for a promise that nothing can settle any more. */
  | { kind: 'stuck' };

export interface ActiveCall {
  host: CallHost;
  pending: PendingOperation[];
  outcome?: Exclude<RealmOutcome, { kind: 'returned' }> | { kind: 'returned'; json: string };
  /** Operations asked after the function had returned; refused. */
  late: string[];
  /** Wall time of its turns, without what the host did in them. */
  userMs: number;
  /** Wall time of its operations. */
  hostMs: number;
  startCpuMs: number;
}

/** Reads are performed within a turn up to this age of the timer, far from when it may strike. */
const immediateMsMax = 500;

export function newCall(host: CallHost): ActiveCall {
  return { host, pending: [], late: [], userMs: 0, hostMs: 0, startCpuMs: recentCpuMs() };
}

/** What the prelude of a context calls; `active` is undefined while a module is being loaded. */
export function hostFunctions(active: () => ActiveCall | undefined): object {
  return {
    // While a module is being loaded there is no call to be deterministic for.
    now: () => active()?.host.nowMs ?? Date.now(),
    random: () => active()?.host.random() ?? Math.random(),
    log: (level: string, args: unknown[]) => active()?.host.log(level, formatLogArgs(args)),
    subtle: (name: string, args: unknown[]) => answer(() => transactionSubtle(name, args)),
    syscall: (op: string, json: string) =>
      answer(() => {
        const call = active();
        if (!call) throw new Error(refusalWhileLoading(op));
        return call.host.syscall(op, json);
      }),
    asyncSyscall: (
      op: string,
      json: string,
      resolve: PendingOperation['resolve'],
      reject: PendingOperation['reject'],
    ) => ask(active(), { op, json, resolve, reject }),
  };
}

function answer(body: () => unknown): { value: unknown } | { error: string } {
  try {
    return { value: body() };
  } catch (error) {
    return { error: messageOf(error) };
  }
}

function refusalWhileLoading(op: string): string {
  return `Cannot use ${op} while a module is being loaded; move it into a function.`;
}

/** Reads are done at once where nothing waits before them; the rest at the end of the turn. */
function ask(call: ActiveCall | undefined, operation: PendingOperation): void {
  if (!call) {
    operation.reject(refusalWhileLoading(operation.op));
    return;
  }
  if (call.outcome) {
    call.late.push(operation.op);
    operation.reject(
      `${operation.op} was asked for after the function had returned. Await every operation before returning.`,
    );
    return;
  }
  const isEarly = timerAgeMs() < immediateMsMax;
  if (call.pending.length > 0 || !call.host.isImmediate(operation.op) || !isEarly) {
    call.pending.push(operation);
    return;
  }
  const start = performance.now();
  let settle: Continuation;
  try {
    // Immediate operations answer at once by definition.
    const json = call.host.asyncSyscall(operation.op, operation.json) as string;
    settle = () => operation.resolve(json);
  } catch (error) {
    settle = rejection(operation, error);
  }
  call.hostMs += performance.now() - start;
  settle();
}
