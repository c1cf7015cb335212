import { randomBytes } from 'node:crypto';
import type { Identity, Json } from './contract';
import { logLine, logLinesMax } from '../functions/log-lines';
import type { JobChanges } from './job-changes';
import type { LiveCode } from './live-code';

/** What a call and everything it calls in turn have in common. */
export interface CallContext {
  code: LiveCode;
  identity: Identity;
  requestId: string;
  /** Id of the scheduled function this belongs to. */
  jobId: string | null;
  logs: CallLogs;
  deploymentName: string;
}

/** The same for one transaction, nested calls included. */
export interface TransactionContext extends CallContext {
  /** Unix ms; time stands still in a transaction. */
  nowMs: number;
  random: () => number;
  jobs: JobChanges;
  /** Set once a limit was exceeded: catching the error does not save the transaction. */
  fatal?: Error;
}

export type LogListener = (entry: {
  path: string;
  level: string;
  line: string;
  atMs: number;
}) => void;

/** Lines that the functions of one call log, in order; listeners hear of each at once. */
export class CallLogs {
  readonly lines: string[] = [];
  #dropped = false;

  constructor(private readonly listeners: Iterable<LogListener>) {}

  /** For a transaction that may start over: forgets what its earlier attempt had logged. */
  rewinding(): { start(): void } {
    let length: number | undefined;
    return {
      start: () => {
        length ??= this.lines.length;
        this.lines.length = length;
      },
    };
  }

  add(path: string, level: string, text: string): void {
    const line = logLine(level, text);
    for (const listener of this.listeners) listener({ path, level, line, atMs: Date.now() });
    if (this.lines.length < logLinesMax) this.lines.push(line);
    else if (!this.#dropped) {
      this.#dropped = true;
      this.lines.push(
        logLine('error', `Log overflow (maximum ${logLinesMax}). Remaining log lines omitted.`),
      );
    }
  }
}

/** The identity as `ctx.auth.getUserIdentity()` answers it in the app; components get none. */
export function identityJson(identity: Identity, componentPath: string): Json {
  if (componentPath !== '') return null;
  if (identity.kind === 'user') return identity.user;
  return identity.kind === 'admin' ? (identity.actingAs ?? null) : null;
}

/** A small fast generator (sfc32); each transaction has a seed of its own. */
export function seededRandom(): () => number {
  let [a, b, c, counter] = [0, 0, 0, 0];
  let isSeeded = false;
  return () => {
    if (!isSeeded) {
      // Only now: most transactions never ask.
      const seed = randomBytes(16);
      [a, b, c, counter] = [
        seed.readUInt32LE(0),
        seed.readUInt32LE(4),
        seed.readUInt32LE(8),
        seed.readUInt32LE(12),
      ];
      isSeeded = true;
    }
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + t) | 0;
    return (t >>> 0) / 0x1_0000_0000;
  };
}
