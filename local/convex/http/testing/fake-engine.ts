import type {
  Commit,
  CronSpec,
  DueJob,
  Engine,
  FunctionCall,
  FunctionResult,
  Json,
  MutationResult,
  QueryResult,
  Ts,
  UserIdentity,
} from '../../engine/contract';
import type { DeployApi } from '../deploy-api';

/**
 * An engine in memory for tests of the servers alone: functions are plain TypeScript, the data is
 * a map from key to value, reads and writes are tracked by key. Like the real one it is serial,
 * and announces commits in a later macrotask than their results.
 */

export interface FakeContext {
  get: (key: Json | undefined) => Json;
  set: (key: Json | undefined, value: Json | undefined) => void;
  user: UserIdentity | null;
  log: (line: string) => void;
}

type Handler = (context: FakeContext, args: Record<string, Json>) => Json | Promise<Json>;

export interface FakeFunction {
  kind: 'query' | 'mutation' | 'action';
  isInternal?: boolean;
  handler: Handler;
}

/** What a handler throws to answer with `errorData`. */
export class FakeConvexError extends Error {
  constructor(readonly data: Json) {
    super('ConvexError');
  }
}

export class FakeEngine implements Engine {
  private readonly data = new Map<string, Json>();
  readonly runs: string[] = [];
  providers: ReturnType<Engine['authProviders']> = [];
  httpAction: (request: Request, user: UserIdentity | null) => Promise<Response> | Response = () =>
    new Response('no route', { status: 404 });
  isClosed = false;

  dueJobs: DueJob[] = [];
  cronSpecs: CronSpec[] = [];
  readonly cronRuns = new Map<string, number>();
  readonly ranJobs: string[] = [];

  #ts: Ts = 1_000_000n;
  #queue: Promise<unknown> = Promise.resolve();
  readonly #outcomes = new Map<string, MutationResult>();
  readonly #commits: Commit[] = [];
  readonly #commitListeners = new Set<(commit: Commit) => void>();
  readonly #deployListeners = new Set<() => void>();
  readonly #logListeners = new Set<Parameters<Engine['onLog']>[0]>();
  readonly #jobListeners = new Set<() => void>();
  readonly #env = new Map<string, string>();

  constructor(readonly functions: Record<string, FakeFunction> = {}) {}

  runQuery(call: FunctionCall): Promise<QueryResult> {
    return this.#serial(async () => {
      const read = new Set<string>();
      const result = await this.#invoke(call, 'query', { read, written: new Map() });
      const reads = {
        overlaps: ({ writes }: { writes: unknown }) =>
          [...(writes as Set<string>)].some((key) => read.has(key)),
      };
      return { result, ts: this.#ts, reads };
    });
  }

  runMutation(
    call: FunctionCall,
    { dedupe }: Parameters<Engine['runMutation']>[1] = {},
  ): Promise<MutationResult> {
    const key = dedupe && `${dedupe.sessionId}/${dedupe.requestId}`;
    return this.#serial(async () => {
      const stored = key && this.#outcomes.get(key);
      if (stored) return stored;
      const written = new Map<string, Json>();
      const result = await this.#invoke(call, 'mutation', { read: new Set(), written });
      if (result.kind === 'success' && written.size > 0) this.#commit(written);
      const outcome = { result, ts: this.#ts };
      if (key) this.#outcomes.set(key, outcome);
      return outcome;
    });
  }

  runAction(call: FunctionCall): Promise<FunctionResult> {
    return this.#invoke(call, 'action', { read: new Set(), written: new Map() });
  }

  async runHttpAction(
    request: Request,
    identity: FunctionCall['identity'],
  ): Promise<Response | null> {
    return this.httpAction(request, identity.kind === 'user' ? identity.user : null);
  }

  functionKind(path: string) {
    const found = this.functions[path];
    if (!found) return undefined;
    const visibility = found.isInternal ? ('internal' as const) : ('public' as const);
    return { kind: found.kind, visibility };
  }

  /** What is stored under a key. */
  peek(key: string): Json | undefined {
    return this.data.get(JSON.stringify(key));
  }

  /** Writes as a mutation would, from outside. */
  put(values: Record<string, Json>): Ts {
    const entries = Object.entries(values);
    return this.#commit(new Map(entries.map(([key, value]) => [JSON.stringify(key), value])));
  }

  #commit(written: Map<string, Json>): Ts {
    for (const [key, value] of written) this.data.set(key, value);
    this.#ts += 1n;
    const commit = { ts: this.#ts, writes: new Set(written.keys()) };
    this.#commits.push(commit);
    setImmediate(() => {
      for (const listener of this.#commitListeners) listener(commit);
    });
    return commit.ts;
  }

  deploy(): void {
    for (const listener of this.#deployListeners) listener();
  }

  currentTs = () => this.#ts;
  commitsAfter = (ts: Ts) => this.#commits.filter((commit) => commit.ts > ts);
  onCommit = (listener: (commit: Commit) => void) => subscribe(this.#commitListeners, listener);
  onDeploy = (listener: () => void) => subscribe(this.#deployListeners, listener);
  onLog = (listener: Parameters<Engine['onLog']>[0]) => subscribe(this.#logListeners, listener);
  authProviders = () => this.providers;

  readonly env: Engine['env'] = {
    list: () => [...this.#env].map(([name, value]) => ({ name, value })),
    update: async (changes) => {
      for (const { name, value } of changes) {
        if (value === null) this.#env.delete(name);
        else this.#env.set(name, value);
      }
    },
  };

  schedule(job: DueJob): void {
    this.dueJobs.push(job);
    for (const listener of this.#jobListeners) listener();
  }

  readonly jobs: Engine['jobs'] = {
    due: (nowMs, limit) =>
      this.dueJobs.filter((job) => job.scheduledTimeMs <= nowMs).slice(0, limit),
    nextDueMs: () =>
      this.dueJobs.length === 0
        ? undefined
        : Math.min(...this.dueJobs.map((job) => job.scheduledTimeMs)),
    onChange: (listener) => subscribe(this.#jobListeners, listener),
    runMutation: (job) => this.runJob(job),
    runAction: (job) => this.runJob(job),
    failInterrupted: async () => undefined,
    crons: () => this.cronSpecs,
    cronLastRunMs: ({ name }) => this.cronRuns.get(name),
    recordCronRun: async ({ name }, atMs) => {
      this.cronRuns.set(name, atMs);
    },
  };

  /** Replaced by tests that need jobs to take their time. */
  runJob = async (job: DueJob): Promise<void> => {
    this.dueJobs = this.dueJobs.filter(({ id }) => id !== job.id);
    this.ranJobs.push(job.id);
  };

  async close(): Promise<void> {
    await this.#queue;
    this.isClosed = true;
  }

  #serial<T>(body: () => Promise<T>): Promise<T> {
    const next = this.#queue.then(body);
    this.#queue = next.catch(() => undefined);
    return next;
  }

  async #invoke(
    { path, args, identity }: FunctionCall,
    kind: FakeFunction['kind'],
    { read, written }: { read: Set<string>; written: Map<string, Json> },
  ): Promise<FunctionResult> {
    this.runs.push(path);
    const logLines: string[] = [];
    const found = this.functions[path];
    if (!found || found.kind !== kind || (found.isInternal && identity.kind !== 'admin')) {
      return {
        kind: 'failure',
        errorMessage: `Could not find public function for '${path}'.`,
        logLines,
      };
    }
    const user =
      identity.kind === 'user'
        ? identity.user
        : (identity.kind === 'admin' && identity.actingAs) || null;
    const context: FakeContext = {
      get: (key) => {
        const name = JSON.stringify(key);
        read.add(name);
        return written.get(name) ?? this.data.get(name) ?? null;
      },
      set: (key, value) => written.set(JSON.stringify(key), value ?? null),
      user,
      log: (line) => {
        logLines.push(`[LOG] '${line}'`);
        const entry = { path, level: 'LOG', line: `[LOG] '${line}'`, atMs: Date.now() };
        for (const listener of this.#logListeners) listener(entry);
      },
    };
    try {
      const value = await found.handler(context, Object(args) as Record<string, Json>);
      return { kind: 'success', value, logLines };
    } catch (error) {
      const errorMessage = `Uncaught ${String(error)}`;
      return error instanceof FakeConvexError
        ? { kind: 'failure', errorMessage, errorData: error.data, logLines }
        : { kind: 'failure', errorMessage, logLines };
    }
  }
}

function subscribe<T>(listeners: Set<T>, listener: T): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** A deploy API that records what reached it. */
export class FakeDeploy implements DeployApi {
  readonly received: [string, Json][] = [];
  failure: Error | undefined;

  getConfigHashes = () => this.#record('getConfigHashes', null);
  startPush = (body: Json) => this.#record('startPush', body);
  waitForSchema = (body: Json) => this.#record('waitForSchema', body);
  finishPush = (body: Json) => this.#record('finishPush', body);
  evaluatePush = (body: Json) => this.#record('evaluatePush', body);
  evaluateSchema = (body: Json) => this.#record('evaluateSchema', body);
  tableData = (componentPath: string) => this.#record('tableData', componentPath);
  functionSpec = () => [];
  exportSnapshot = async () => new Uint8Array();
  importSnapshot = () => this.#record('importSnapshot', '');

  async #record(name: string, body: Json): Promise<Json> {
    this.received.push([name, body]);
    if (this.failure) throw this.failure;
    return { answered: name };
  }
}
