/**
 * What the servers of the local Convex runtime (HTTP, sync, scheduler, deploy API) may ask of the
 * engine, and nothing else. The engine owns values, storage, transactions, functions and
 * components; the servers own sockets, requests, tokens and time.
 *
 * JSON below always means Convex-JSON, the encoding of `convex/values` (`$integer`, `$bytes`, ...).
 */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };

/** A commit timestamp: nanoseconds, strictly increasing, also across restarts. */
export type Ts = bigint;

/** Claims of a verified token in the shape of Convex's `UserIdentity`. */
export interface UserIdentity extends JsonObject {
  tokenIdentifier: string;
  issuer: string;
  subject: string;
}

export type Identity =
  | { kind: 'none' }
  | { kind: 'user'; user: UserIdentity }
  /** The bearer of the admin key, optionally acting as a user. May call internal functions. */
  | { kind: 'admin'; actingAs?: UserIdentity };

export interface FunctionCall {
  /** `module:function` (also `module` for a default export), in the root component by default. */
  path: string;
  /** Component path, `''` for the app itself. Only an admin may name another one. */
  componentPath?: string;
  /** The single argument object. */
  args: Json;
  identity: Identity;
  requestId: string;
}

/** `errorData` is present exactly when a `ConvexError` was thrown. */
export type FunctionResult =
  | {
      kind: 'success';
      value: Json;
      /** The value as text, where that is at hand: who prints it need not read it before. */
      valueText?: string;
      logLines: string[];
    }
  | { kind: 'failure'; errorMessage: string; errorData?: Json; logLines: string[] };

/** What a query read; tells whether a commit could have changed its result. */
export interface ReadSet {
  overlaps(commit: Commit): boolean;
}

/** One committed transaction, as told to listeners in commit order. `writes` is the engine's own. */
export interface Commit {
  ts: Ts;
  writes: unknown;
}

export interface QueryResult {
  result: FunctionResult;
  /** The snapshot that was read. */
  ts: Ts;
  reads: ReadSet;
}

export interface MutationResult {
  result: FunctionResult;
  /** The commit's timestamp (a read-only or failed mutation: the snapshot it ran at). */
  ts: Ts;
}

/** A run of a scheduled function that is due. */
export interface DueJob {
  id: string;
  componentPath: string;
  path: string;
  args: Json;
  /** Unix ms. */
  scheduledTimeMs: number;
  kind: 'mutation' | 'action';
}

export interface CronSpec {
  /** `''` or the component's path. */
  componentPath: string;
  name: string;
  path: string;
  args: Json;
  /** As `crons.export()` gives it: `{type: 'interval', seconds}`, `{type: 'cron', cron}`, ... */
  schedule: Json;
}

export interface AuthProvider {
  kind: 'oidc' | 'customJwt';
  issuer: string;
  applicationId?: string;
  jwksUrl?: string;
  algorithm?: 'RS256' | 'ES256';
}

export interface Engine {
  /** Runs at the newest snapshot, or at `atTs` when it is still held. */
  runQuery(call: FunctionCall, options?: { atTs?: Ts }): Promise<QueryResult>;
  /**
   * Resolves once durable. With `dedupe`, the outcome is stored under (session, request) in the
   * mutation's own transaction, and a repetition answers the stored outcome.
   */
  runMutation(
    call: FunctionCall,
    options?: { dedupe?: { sessionId: string; requestId: number } },
  ): Promise<MutationResult>;
  runAction(call: FunctionCall): Promise<FunctionResult>;
  /** Routes through the app's `http.ts`; `null` when the app has no HTTP router. */
  runHttpAction(request: Request, identity: Identity): Promise<Response | null>;
  /** Which kind of function a path names, or why it cannot be called by this identity. */
  functionKind(
    path: string,
    componentPath?: string,
  ): { kind: 'query' | 'mutation' | 'action'; visibility: 'public' | 'internal' } | undefined;

  currentTs(): Ts;
  /** What was committed later than `ts`, oldest first; undefined when not all of it is held any more. */
  commitsAfter(ts: Ts): Commit[] | undefined;
  /** Called after each commit that wrote something, in order, once it is durable. Returns undo. */
  onCommit(listener: (commit: Commit) => void): () => void;
  /** Called when code, environment or auth configuration changed: every query must run again. */
  onDeploy(listener: () => void): () => void;
  /** Called for every line a function logs. */
  onLog(
    listener: (entry: { path: string; level: string; line: string; atMs: number }) => void,
  ): () => void;

  authProviders(): AuthProvider[];

  env: {
    list(): { name: string; value: string }[];
    /** Atomic; `value: null` removes. */
    update(changes: { name: string; value: string | null }[]): Promise<void>;
  };

  jobs: {
    /** Pending jobs due at `nowMs`, oldest first. */
    due(nowMs: number, limit: number): DueJob[];
    nextDueMs(): number | undefined;
    /** Called when a transaction scheduled or cancelled something. Returns undo. */
    onChange(listener: () => void): () => void;
    /** Runs a mutation job; its effects and its `success` state commit together (exactly once). */
    runMutation(job: DueJob): Promise<void>;
    /** Marks an action job in progress, runs it, records its end (at most once). */
    runAction(job: DueJob): Promise<void>;
    /** Fails action jobs that a crash left in progress; called once at start. */
    failInterrupted(): Promise<void>;
    crons(): CronSpec[];
    /** Unix ms of a cron's last run, kept across restarts and pushes that leave it unchanged. */
    cronLastRunMs(cron: CronSpec): number | undefined;
    recordCronRun(cron: CronSpec, atMs: number): Promise<void>;
  };

  /** Flushes and closes the store. */
  close(): Promise<void>;
}
