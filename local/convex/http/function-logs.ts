import type { Engine, FunctionResult } from '../engine/contract';

/** Entries kept for `convex logs`; the oldest go first. */
const entriesKept = 1_000;
/** How long a poll waits for something to log; below the common 30 s limits of proxies. */
const pollMs = 20_000;

type UdfType = 'Query' | 'Mutation' | 'Action' | 'HttpAction';

interface LogEntry {
  /** Position in the stream, from 1. */
  seq: number;
  json: object;
}

export interface Completion {
  udfType: UdfType;
  path: string;
  requestId: string;
  startedAtMs: number;
  result: FunctionResult;
}

const udfTypes = { query: 'Query', mutation: 'Mutation', action: 'Action' } as const;

/** The recent log lines and outcomes of functions, as `/api/stream_function_logs` tells them. */
export class FunctionLogs {
  readonly #entries: LogEntry[] = [];
  readonly #waiting = new Set<() => void>();
  #seq = 0;

  /** Starts to collect. Returns undo. */
  attach(engine: Engine): () => void {
    return engine.onLog(({ path, level, line, atMs }) => {
      const kind = engine.functionKind(path)?.kind;
      this.#add({
        kind: 'Progress',
        udfType: kind ? udfTypes[kind] : 'HttpAction',
        identifier: path,
        timestamp: atMs / 1000,
        logLines: [
          {
            // The level has its own field; clients print it themselves.
            messages: [line.replace(/^\[[A-Z]+\] /, '')],
            level: level.toUpperCase(),
            timestamp: atMs,
            isTruncated: false,
          },
        ],
        requestId: '',
        executionId: '',
      });
    });
  }

  recordCompletion({ udfType, path, requestId, startedAtMs, result }: Completion): void {
    // Live queries run again and again; that they did would push everything else out.
    if (udfType === 'Query' && result.kind === 'success') return;
    const now = Date.now();
    this.#add({
      kind: 'Completion',
      udfType,
      identifier: path,
      timestamp: now / 1000,
      executionTime: (now - startedAtMs) / 1000,
      logLines: [],
      ...(result.kind === 'failure' ? { error: result.errorMessage } : { success: {} }),
      requestId,
      executionId: requestId,
      cachedResult: false,
    });
  }

  /** Entries after `cursor`; waits a while when there are none yet. */
  async after(
    cursor: number,
    signal: AbortSignal,
  ): Promise<{ entries: object[]; newCursor: number }> {
    // A cursor from before a restart is ahead of us: start over.
    const from = cursor > this.#seq ? 0 : cursor;
    if (from === this.#seq && from > 0) await this.#somethingNew(signal);
    const entries = this.#entries.filter((entry) => entry.seq > from).map((entry) => entry.json);
    // The CLI drops the answer to cursor 0 and would ask again with 0: give it a place to stand.
    if (this.#seq === 0) this.#seq = 1;
    return { entries, newCursor: this.#seq };
  }

  /** Lets those go who wait. */
  close(): void {
    for (const wake of this.#waiting) wake();
  }

  #somethingNew(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#waiting.delete(done);
        signal.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, pollMs);
      this.#waiting.add(done);
      signal.addEventListener('abort', done);
      if (signal.aborted) done();
    });
  }

  #add(json: object): void {
    this.#seq += 1;
    this.#entries.push({ seq: this.#seq, json });
    if (this.#entries.length > entriesKept) this.#entries.shift();
    for (const wake of this.#waiting) wake();
  }
}
