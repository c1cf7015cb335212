import type { Json, JsonObject } from './contract';
import { checkedArgs } from '../functions/check-values';
import { int64Json } from '../functions/commit-ts';
import { transactionLimits } from '../store/limits';
import type { PageRequest, QueryJson } from '../store/contract';
import { identityJson } from './call-context';
import { handleOf, resolveAddress } from './function-address';
import type { LiveFunction } from './live-code';
import type { TransactionCall } from './transaction-call';

/**
 * The operations of queries and mutations, as the `convex` package asks for them
 * (`convex/src/server/impl`). Arguments are that package's JSON; answers are JSON text.
 */

type SyncOperation = (call: TransactionCall, args: JsonObject) => string;
type AsyncOperation = (call: TransactionCall, args: JsonObject) => string | Promise<string>;

/** They read only, and answer at once. */
export const immediateOperations: ReadonlySet<string> = new Set([
  '1.0/get',
  '1.0/queryStreamNext',
  '1.0/queryPage',
  '1.0/count',
  '1.0/getUserIdentity',
  '1.0/getFunctionMetadata',
  '1.0/getDeploymentMetadata',
  '1.0/getRequestMetadata',
  '1.0/getTransactionMetrics',
  '1.0/createFunctionHandle',
]);

export const syncOperations: Record<string, SyncOperation> = {
  '1.0/queryStream': (call, { query }) => {
    // The store checks the query's shape.
    const stream = scope(call).queryStream(query as unknown as QueryJson);
    return text({ queryId: call.addStream(stream) });
  },
  '1.0/queryCleanup': (call, { queryId }) => {
    const id = Number(queryId);
    call.streams.get(id)?.close();
    call.streams.delete(id);
    return 'null';
  },
  '1.0/db/normalizeId': (call, { table, idString }) =>
    text({ id: scope(call).normalizeId(string(table), string(idString)) }),
  '1.0/getSnapshotTs': (call) => text(int64Json(call.tx.ts)),
};

export const asyncOperations: Record<string, AsyncOperation> = {
  '1.0/get': (call, { id, table, isSystem }) =>
    scope(call).get(string(id), { ...named(table), isSystem: isSystem === true }) ?? 'null',
  '1.0/queryStreamNext': (call, { queryId }) => {
    const next = call.streams.get(Number(queryId))?.next() ?? null;
    return next === null ? '{"value":null,"done":true}' : `{"value":${next},"done":false}`;
  },
  '1.0/queryPage': (call, args) => {
    call.countPage();
    const { page, ...rest } = scope(call).queryPage(args as unknown as PageRequest);
    return `{"page":[${page.join(',')}],${text(rest).slice(1)}`;
  },
  '1.0/count': (call, { table }) => text(scope(call).count(string(table))),
  '1.0/insert': (call, { table, value }) =>
    text({ _id: writeScope(call).insert(string(table), value ?? null) }),
  '1.0/shallowMerge': (call, { id, value, table }) =>
    writeScope(call).patch(string(id), value ?? null, named(table).table),
  '1.0/replace': (call, { id, value, table }) =>
    writeScope(call).replace(string(id), value ?? null, named(table).table),
  '1.0/remove': (call, { id, table }) => writeScope(call).delete(string(id), named(table).table),

  '1.0/runUdf': (call, args) => call.runNested(args),
  '1.0/createFunctionHandle': (call, args) =>
    text(handleOf(resolveAddress(call.context.code, call.fn.component, args))),
  '1.0/schedule': schedule,
  '1.0/cancel_job': (call, { id }) => {
    call.context.jobs.cancel(call.writable(), call.fn.component.path, string(id));
    return 'null';
  },

  '1.0/getUserIdentity': (call) =>
    text(identityJson(call.context.identity, call.fn.component.path)),
  '1.0/getFunctionMetadata': (call) => text(functionMetadata(call.fn)),
  '1.0/getDeploymentMetadata': (call) => text(deploymentMetadata(call.context)),
  '1.0/getRequestMetadata': (call) => text(requestMetadata(call.context)),
  '1.0/getTransactionMetrics': (call) => text(transactionMetrics(call)),
};

function schedule(call: TransactionCall, { ts, args, ...address }: JsonObject): string {
  const tx = call.writable();
  const fn = resolveAddress(call.context.code, call.fn.component, address);
  const argsJson = checkedArgs(args ?? {}, fn, tx.namespace(fn.component.path));
  const scheduledTimeMs = Number(ts) * 1000;
  if (!Number.isFinite(scheduledTimeMs))
    throw new Error('The time to run a scheduled function at must be a number.');
  const owner = call.fn.component.path;
  return text(call.context.jobs.schedule(tx, { owner, fn, argsJson, scheduledTimeMs }));
}

export function functionMetadata(fn: Pick<LiveFunction, 'component' | 'path'>): Json {
  // A default export goes by the name of its module.
  return { name: fn.path.replace(/:default$/, ''), componentPath: fn.component.path };
}

export function deploymentMetadata({ deploymentName }: { deploymentName: string }): Json {
  return { name: deploymentName, region: null, class: 's16' };
}

export function requestMetadata({
  requestId,
  jobId,
}: {
  requestId: string;
  jobId: string | null;
}): Json {
  return { ip: null, userAgent: null, requestId, scheduledFunctionId: jobId, authToken: null };
}

function transactionMetrics({ tx, context }: TransactionCall): Json {
  const { usage } = tx;
  const metric = (used: number, limit: number): Json => ({
    used,
    remaining: Math.max(0, limit - used),
  });
  const none = metric(0, 0);
  return {
    bytesRead: metric(usage.bytesRead, transactionLimits.bytesRead),
    bytesWritten: metric(usage.bytesWritten, transactionLimits.bytesWritten),
    databaseQueries: metric(usage.rangesRead, transactionLimits.rangesRead),
    documentsRead: metric(usage.documentsRead, transactionLimits.documentsRead),
    documentsWritten: metric(usage.documentsWritten, transactionLimits.documentsWritten),
    functionsScheduled: metric(context.jobs.scheduledCount, 1000),
    scheduledFunctionArgsBytes: metric(context.jobs.scheduledArgsBytes, 16 * 1024 * 1024),
    filesWritten: none,
    fileWriteBytes: none,
    filesRead: none,
    fileReadBytes: none,
  };
}

function scope(call: TransactionCall) {
  return call.tx.namespace(call.fn.component.path);
}

function writeScope(call: TransactionCall) {
  return call.writable().namespace(call.fn.component.path);
}

function text(json: unknown): string {
  return JSON.stringify(json);
}

function string(json: Json | undefined): string {
  if (typeof json === 'string') return json;
  throw new Error(`Expected a string, got ${JSON.stringify(json)}.`);
}

function named(table: Json | undefined): { table?: string } {
  return typeof table === 'string' ? { table } : {};
}
