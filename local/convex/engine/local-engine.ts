import { Deployer, deploymentOf, type Deployment } from '../deploy/deployer';
import type { Env } from '../deploy/environment';
import { logLine } from '../functions/log-lines';
import { FunctionFailure } from '../functions/user-errors';
import type { Store, Ts } from '../store/contract';
import { ConflictWatch } from './conflict-watch';
import { CallLogs, type CallContext, type LogListener } from './call-context';
import type {
  AuthProvider,
  Commit,
  Engine,
  FunctionCall,
  FunctionResult,
  Identity,
  Json,
  MutationResult,
  QueryResult,
} from './contract';
import { cronsOf, type CronRuns } from './crons';
import { changedEnv, saveEnv, type EnvChange } from './environment-variables';
import { notFound, notFoundPublic, requireKind } from './function-address';
import { runHttpAction } from './http-action';
import type { JobRow } from './job-changes';
import { JobQueue } from './job-queue';
import { scheduledJobs } from './jobs';
import { LiveCode, type LiveFunction } from './live-code';
import { storedOutcome, storeOutcome, type Dedupe, type Outcome } from './outcomes';
import { runInTransaction } from './nested-call';
import { Runner } from './runner';

export interface LocalEngineParts {
  store: Store;
  env: Env;
  platformEnv: Env;
  deployment: Deployment | undefined;
  jobs: JobRow[];
  crons: CronRuns;
  deploymentName: string;
  nowMs: () => number;
  onClose: () => void;
}

/** The engine over one data folder; see the contract. */
export class LocalEngine implements Engine {
  readonly deployer: Deployer;
  readonly jobs: Engine['jobs'];
  readonly #runner: Runner;
  readonly #store: Store;
  #live: Deployment | undefined;
  #env: Env;
  #generation = 0;
  readonly #deployListeners = new Set<() => void>();
  readonly #logListeners = new Set<LogListener>();

  constructor(private readonly parts: LocalEngineParts) {
    const { store, nowMs, crons } = parts;
    this.#store = store;
    this.#env = parts.env;
    this.#live = parts.deployment;
    const queue = new JobQueue();
    queue.load(parts.jobs);
    const conflicts = new ConflictWatch({
      commitsAfter: (ts) => store.commitsAfter(ts),
      warn: (path, line) => {
        process.stderr.write(`${line}\n`);
        for (const listener of this.#logListeners) {
          listener({ path, level: 'warn', line: logLine('warn', line), atMs: Date.now() });
        }
      },
      nowMs,
    });
    this.#runner = new Runner(store, queue, nowMs, conflicts);
    this.deployer = new Deployer({
      store,
      live: () => this.#live,
      env: () => this.#fullEnv(this.#env),
      generation: () => this.#generation,
      replace: (deployment) => this.#replace(deployment),
    });
    this.jobs = {
      ...scheduledJobs({
        queue,
        runner: this.#runner,
        live: () => this.#live?.code,
        context: (jobId) => this.#context({ kind: 'none' }, '', jobId),
        nowMs,
      }),
      crons: () => cronsOf(this.#live?.code),
      cronLastRunMs: (cron) => crons.lastRunMs(cron),
      recordCronRun: (cron, atMs) => crons.record(cron, atMs),
    };
  }

  async runQuery(call: FunctionCall): Promise<QueryResult> {
    const context = this.#context(call.identity, call.requestId);
    const found = this.#find(call, 'query');
    if (found instanceof FunctionFailure) {
      // Holds until another push, which runs every query again.
      return {
        result: failure(found, context),
        ts: this.currentTs(),
        reads: { overlaps: () => false },
      };
    }
    const { result, ts, reads } = await this.#runner.query(found, call.args, context);
    return { result: outcome(result, context), ts, reads };
  }

  async runMutation(
    call: FunctionCall,
    { dedupe }: { dedupe?: Dedupe } = {},
  ): Promise<MutationResult> {
    const context = this.#context(call.identity, call.requestId);
    try {
      const { value, ts } = await this.#runner.write(
        context,
        (tx, transaction): Outcome | Promise<Outcome> => {
          const stored = dedupe && storedOutcome(tx, dedupe);
          if (stored) return stored;
          const fn = this.#find(call, 'mutation');
          if (fn instanceof FunctionFailure) throw fn;
          const finish = (json: string): Outcome => {
            const fresh: Outcome = {
              value: JSON.parse(json) as Json,
              logLines: context.logs.lines,
            };
            if (dedupe) storeOutcome(tx, dedupe, fresh, transaction.nowMs);
            return fresh;
          };
          const json = runInTransaction(tx, { fn, args: call.args, depth: 1 }, transaction);
          return json instanceof Promise ? json.then(finish) : finish(json);
        },
        { path: call.path, sessionId: dedupe?.sessionId },
      );
      return { result: { kind: 'success', ...value }, ts };
    } catch (error) {
      if (!(error instanceof FunctionFailure)) throw error;
      return { result: failure(error, context), ts: this.currentTs() };
    }
  }

  async runAction(call: FunctionCall): Promise<FunctionResult> {
    const context = this.#context(call.identity, call.requestId);
    const fn = this.#find(call, 'action');
    if (fn instanceof FunctionFailure) return failure(fn, context);
    try {
      return outcome(await this.#runner.action(fn, call.args, context), context);
    } catch (error) {
      if (!(error instanceof FunctionFailure)) throw error;
      return failure(error, context);
    }
  }

  async runHttpAction(request: Request, identity: Identity): Promise<Response | null> {
    if (!this.#live) return null;
    const requestId = crypto.randomUUID().replaceAll('-', '').slice(0, 16);
    return runHttpAction(request, this.#context(identity, requestId), this.#runner.services);
  }

  functionKind(path: string, componentPath = ''): ReturnType<Engine['functionKind']> {
    const fn = this.#live?.code.component(componentPath)?.function(path);
    return fn && { kind: fn.kind, visibility: fn.visibility };
  }

  currentTs(): Ts {
    return this.#store.currentTs();
  }

  commitsAfter(ts: Ts): Commit[] | undefined {
    return this.#store.commitsAfter(ts);
  }

  onCommit(listener: (commit: Commit) => void): () => void {
    return this.#store.onCommit(listener);
  }

  onDeploy(listener: () => void): () => void {
    this.#deployListeners.add(listener);
    return () => this.#deployListeners.delete(listener);
  }

  onLog(listener: LogListener): () => void {
    this.#logListeners.add(listener);
    return () => this.#logListeners.delete(listener);
  }

  authProviders(): AuthProvider[] {
    return this.#live?.authProviders ?? [];
  }

  readonly env: Engine['env'] = {
    list: () =>
      Object.entries(this.#env)
        .map(([name, value]) => ({ name, value }))
        .sort((a, b) => (a.name < b.name ? -1 : 1)),
    update: (changes) => this.#updateEnv(changes),
  };

  async close(): Promise<void> {
    await this.#store.close();
    this.parts.onClose();
  }

  /** New code is built first: variables that the deployed code cannot do without stay. */
  async #updateEnv(changes: readonly EnvChange[]): Promise<void> {
    const env = changedEnv(this.#env, changes);
    const deployment = this.#live && deploymentOf(this.#live.code.pushed, this.#fullEnv(env));
    await this.#store.write((tx) => saveEnv(tx, changes));
    this.#env = env;
    this.#replace(deployment);
  }

  #replace(deployment: Deployment | undefined): void {
    this.#live = deployment;
    this.#generation += 1;
    for (const listener of this.#deployListeners) listener();
  }

  #fullEnv(env: Env): Env {
    return { ...this.parts.platformEnv, ...env };
  }

  /** The function a caller means, or why he cannot have it. */
  #find(call: FunctionCall, kind: LiveFunction['kind']): LiveFunction | FunctionFailure {
    const isAdmin = call.identity.kind === 'admin';
    const componentPath = call.componentPath ?? '';
    const fn = this.#live?.code.component(componentPath)?.function(call.path);
    if (!fn || (!isAdmin && (fn.visibility === 'internal' || componentPath !== ''))) {
      return new FunctionFailure(
        isAdmin ? notFound(call.path, componentPath) : notFoundPublic(call.path),
      );
    }
    try {
      requireKind(fn, kind);
      return fn;
    } catch (error) {
      return new FunctionFailure(error instanceof Error ? error.message : String(error));
    }
  }

  #context(identity: Identity, requestId: string, jobId: string | null = null): CallContext {
    return {
      // Without a push nothing is found, so nothing is called in this.
      code: this.#live?.code ?? emptyCode,
      identity,
      requestId,
      jobId,
      logs: new CallLogs(this.#logListeners),
      deploymentName: this.parts.deploymentName,
    };
  }
}

const emptyCode = new LiveCode(
  {
    functionsFolder: 'convex/',
    components: new Map([
      [
        '',
        {
          definition: { path: '', name: '', children: [], envVars: [], httpMounts: {} },
          schema: null,
          modules: new Map(),
          analysis: {},
          serverVersion: '',
        },
      ],
    ]),
  },
  {},
);

/** A result that is read only when somebody looks into it. */
class LazyResult {
  readonly kind = 'success';
  #value: Json | undefined;

  constructor(
    readonly valueText: string,
    readonly logLines: string[],
  ) {}

  get value(): Json {
    return (this.#value ??= JSON.parse(this.valueText) as Json);
  }
}

function outcome(result: string | FunctionFailure, context: CallContext): FunctionResult {
  if (result instanceof FunctionFailure) return failure(result, context);
  return new LazyResult(result, context.logs.lines);
}

function failure(
  { message, dataJson }: FunctionFailure,
  { requestId, logs }: CallContext,
): FunctionResult {
  return {
    kind: 'failure',
    errorMessage: `[Request ID: ${requestId}] Server Error\n${message}`,
    ...(dataJson === undefined ? {} : { errorData: JSON.parse(dataJson) as Json }),
    logLines: logs.lines,
  };
}
