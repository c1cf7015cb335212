import { checkedArgs, checkedResult } from '../functions/check-values';
import type { RealmOutcome } from '../functions/active-call';
import { userMsMax } from '../functions/transaction-realm';
import { failureOf, FunctionFailure } from '../functions/user-errors';
import type { Usage } from '../store/contract';
import { limitMessage } from '../store/limits';
import type { TransactionContext } from './call-context';
import type { Json, JsonObject } from './contract';
import { requireKind, resolveAddress } from './function-address';
import type { LiveFunction } from './live-code';
import { TransactionCall, type AnyTransaction } from './transaction-call';

/** Calls inside calls; the outermost counts as one. */
const depthMax = 8;

/** Writes that must not be left unawaited: whether they happen would be chance. */
const writeOperations = new Set([
  '1.0/insert',
  '1.0/shallowMerge',
  '1.0/replace',
  '1.0/remove',
  '1.0/schedule',
  '1.0/cancel_job',
  '1.0/runUdf',
]);

/**
 * Runs a query or mutation in a transaction to its end. Answers its result as Convex-JSON text;
 * throws `FunctionFailure` when the function failed. The caller undoes what it wrote.
 */
export function runInTransaction(
  tx: AnyTransaction,
  call: { fn: LiveFunction; args: Json; depth: number },
  context: TransactionContext,
): string | Promise<string> {
  const { fn } = call;
  const scope = tx.namespace(fn.component.path);
  const argsJson = checkedArgs(call.args, fn, scope);
  const host = new TransactionCall(tx, fn, context, { depth: call.depth, run: runNested });
  const method = fn.kind === 'query' ? 'invokeQuery' : 'invokeMutation';
  const outcome = fn.component
    .transactions()
    .run({ path: fn.modulePath, exportName: fn.exportName, method }, `[${argsJson}]`, host);
  return outcome instanceof Promise
    ? outcome.then((late) => resultOf(late, host))
    : resultOf(outcome, host);
}

function resultOf(outcome: RealmOutcome, host: TransactionCall): string {
  const { fn, context, tx } = host;
  host.closeStreams();
  if (context.fatal) throw new FunctionFailure(`Uncaught Error: ${context.fatal.message}`);
  switch (outcome.kind) {
    case 'threw':
      throw failureOf(outcome.thrown, context.code.scriptsOf);
    case 'timedOut':
      throw new FunctionFailure(
        `Function execution timed out: ${fn.path} ran longer than ${userMsMax / 1000} s (maximum duration: ${userMsMax / 1000}s). ` +
          'Do less in one call, or move the work to an action.',
      );
    case 'stuck':
      throw new FunctionFailure(
        `${fn.path} never finished: it awaits a promise that nothing settles.`,
      );
    case 'returned':
      refuseUnawaited(outcome.unawaited, host);
      return checkedResult(outcome.json, fn, tx.namespace(fn.component.path));
  }
}

/**
 * `ctx.runQuery` and `ctx.runMutation` inside a transaction. A mutation is a transaction within
 * the transaction: when it fails, all it wrote and scheduled is undone, and the caller may go on.
 */
function runNested(parent: TransactionCall, args: JsonObject): string | Promise<string> {
  const { udfType, args: callArgs = {}, transactionLimits, ...address } = args;
  const { tx, context } = parent;
  const depth = parent.depth + 1;
  if (depth > depthMax) {
    throw new Error(
      `Function calls are nested deeper than ${depthMax} levels; call helper functions instead.`,
    );
  }
  if (udfType === 'snapshotQuery') refusePendingWrites(parent);
  const fn = resolveAddress(context.code, parent.fn.component, address);
  const limits = usageLimits(tx.usage, transactionLimits);
  const run = () => runInTransaction(tx, { fn, args: callArgs, depth }, context);
  if (udfType !== 'mutation') {
    requireKind(fn, 'query');
    return settled(
      run,
      () => limits.check(),
      () => {},
    );
  }
  requireKind(fn, 'mutation');
  const savepoint = parent.writable().savepoint();
  const undoJobs = context.jobs.mark();
  const release = () => {
    limits.check();
    savepoint.release();
  };
  return settled(run, release, () => {
    savepoint.rollback();
    undoJobs();
  });
}

/** `ctx.runSnapshotQuery` sees what was committed when the mutation began. */
function refusePendingWrites({ tx }: TransactionCall): void {
  if (tx.usage.documentsWritten === 0) return;
  throw new Error(
    'ctx.runSnapshotQuery() after a write is not supported by the local runtime: it cannot read around what the mutation has written. Call it before the first write, or use ctx.runQuery().',
  );
}

/** Does what follows a run at once when the run answers at once: waiting costs a timer. */
function settled(
  run: () => string | Promise<string>,
  done: () => void,
  undo: () => void,
): string | Promise<string> {
  const succeeded = (result: string) => {
    done();
    return result;
  };
  const failed = (error: unknown): never => {
    undo();
    throw error;
  };
  try {
    const result = run();
    if (result instanceof Promise) return result.then(succeeded).catch(failed);
    return succeeded(result);
  } catch (error) {
    return failed(error);
  }
}

/** Refuses a mutation that did not wait for its own writes, and names them. */
function refuseUnawaited(operations: readonly string[], host: TransactionCall): void {
  if (operations.length === 0) return;
  const names = operations.map((op) => op.replace('1.0/', ''));
  const count = `${operations.length} unawaited operation${operations.length === 1 ? '' : 's'}: [${names.join(', ')}]`;
  if (host.fn.kind === 'mutation' && operations.some((op) => writeOperations.has(op))) {
    throw new FunctionFailure(
      `${host.fn.path} returned before everything it asked for was done. ${count}. ` +
        'Await every operation: those left out might not run.',
    );
  }
  host.log(
    'warn',
    `${count}. Async operations should be awaited or they might not run. ` +
      'See https://docs.convex.dev/functions/actions#dangling-promises for more information.',
  );
}

/** The limits a caller sets for one nested call; they only ever lower the general ones. */
function usageLimits(usage: Usage, limits: Json | undefined): { check(): void } {
  if (typeof limits !== 'object' || limits === null || Array.isArray(limits))
    return { check: () => {} };
  const before = { ...usage };
  return {
    check() {
      for (const [name, limitName] of Object.entries(limitNames) as [keyof Usage, string][]) {
        const limit = limits[limitName];
        if (typeof limit === 'number' && usage[name] - before[name] > limit) {
          throw new Error(limitMessage(name, limit));
        }
      }
    },
  };
}

/** As the `convex` package calls them. */
const limitNames: { readonly [name in keyof Usage]: string } = {
  bytesRead: 'bytesRead',
  bytesWritten: 'bytesWritten',
  documentsRead: 'documentsRead',
  documentsWritten: 'documentsWritten',
  rangesRead: 'databaseQueries',
};
