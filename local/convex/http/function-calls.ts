import type {
  Engine,
  FunctionCall,
  FunctionResult,
  MutationResult,
  QueryResult,
  Ts,
} from '../engine/contract';
import type { FunctionLogs } from './function-logs';
import { HttpError } from './http-error';
import { isSystemPath, runSystemQuery, type SystemQuerySources } from './system-queries';

/**
 * Every call that a client makes goes through here: system queries are answered, outcomes logged.
 *
 * What clients see of errors: as on a Convex development deployment, `errorMessage` is the
 * engine's, with the uncaught error's message and its stack within `convex/`. Errors of the
 * runtime itself reject and never reach a client but by request id.
 */
export class FunctionCalls {
  constructor(
    private readonly engine: Engine,
    private readonly system: SystemQuerySources,
    private readonly logs: FunctionLogs,
  ) {}

  async query(call: FunctionCall): Promise<QueryResult> {
    if (isSystemPath(call.path)) return runSystemQuery(this.system, call);
    const refused = componentRefusal(call);
    if (refused) {
      return { result: refused, ts: this.engine.currentTs(), reads: { overlaps: () => false } };
    }
    const startedAtMs = Date.now();
    const outcome = await this.engine.runQuery(call);
    this.#log('Query', call, startedAtMs, outcome.result);
    return outcome;
  }

  /**
   * A query as of an earlier snapshot: run now, and answered when nothing it read has changed
   * since. Old versions of documents are not kept.
   */
  async queryAt(call: FunctionCall, atTs: Ts): Promise<FunctionResult> {
    const { result, reads, ts } = await this.query(call);
    const since = atTs > ts ? undefined : this.engine.commitsAfter(atTs);
    if (since?.every((commit) => commit.ts > ts || !reads.overlaps(commit))) return result;
    throw new HttpError(
      400,
      'SnapshotTooOld',
      'The data changed since this timestamp, and the local Convex runtime keeps no old versions. ' +
        'Take a new timestamp from /api/query_ts (a new ConvexHttpClient) and ask again.',
    );
  }

  async mutation(
    call: FunctionCall,
    dedupe?: { sessionId: string; requestId: number },
  ): Promise<MutationResult> {
    const refused = componentRefusal(call);
    if (refused) return { result: refused, ts: this.engine.currentTs() };
    const startedAtMs = Date.now();
    const outcome = await this.engine.runMutation(call, dedupe ? { dedupe } : {});
    this.#log('Mutation', call, startedAtMs, outcome.result);
    return outcome;
  }

  async action(call: FunctionCall): Promise<FunctionResult> {
    const refused = componentRefusal(call);
    if (refused) return refused;
    const startedAtMs = Date.now();
    const result = await this.engine.runAction(call);
    this.#log('Action', call, startedAtMs, result);
    return result;
  }

  /** Runs a function of whichever kind it is (`convex run`). */
  async any(call: FunctionCall): Promise<FunctionResult> {
    const kind = isSystemPath(call.path)
      ? 'query'
      : this.engine.functionKind(call.path, call.componentPath)?.kind;
    switch (kind) {
      case 'mutation':
        return (await this.mutation(call)).result;
      case 'action':
        return this.action(call);
      case 'query':
      case undefined:
        // An unknown function: the engine words the refusal.
        return (await this.query(call)).result;
    }
  }

  #log(
    udfType: 'Query' | 'Mutation' | 'Action',
    { path, requestId }: FunctionCall,
    startedAtMs: number,
    result: FunctionResult,
  ): void {
    this.logs.recordCompletion({ udfType, path, requestId, startedAtMs, result });
  }
}

/** Functions of components are not public: only an admin (`convex run --component`) names one. */
function componentRefusal({
  componentPath,
  identity,
  path,
}: FunctionCall): FunctionResult | undefined {
  if (!componentPath || identity.kind === 'admin') return undefined;
  return {
    kind: 'failure',
    errorMessage: `Could not find public function for '${path}': only an admin may call into the component "${componentPath}".`,
    logLines: [],
  };
}
