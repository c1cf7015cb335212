import { spawn, type ChildProcess } from 'node:child_process';
import { createWriteStream, type WriteStream } from 'node:fs';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { rootDir } from './settings';
import { StackError } from './stack-error';

/** Lines kept of each part's output, to show when it dies. */
const linesKept = 30;
/** A part that does not end this long after SIGTERM is killed. */
const stopPatienceMs = 8_000;

/**
 * Makes programs that know nothing of the supervisor end when it is gone, even by `kill -9`. The
 * listener alone would keep the channel, and with it a finished program, alive: hence `unref`.
 */
const endWithParent = `data:text/javascript,${encodeURIComponent(
  'process.on("disconnect", () => process.exit(0)); process.channel?.unref();',
)}`;

export interface ChildOptions {
  /** Names the log file and prefixes lines. */
  name: string;
  /** Arguments of `node`. */
  args: string[];
  env: NodeJS.ProcessEnv;
  logDir: string;
  /** Goes on in the same log. */
  isRestart?: boolean;
  /** Gets every line, for a terminal that wants to see them. */
  onLine?: (line: string) => void;
}

export interface ChildExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface Child {
  readonly name: string;
  readonly exited: Promise<ChildExit>;
  /** Newest last. */
  lastLines(): string[];
  onMessage(listener: (message: unknown) => void): void;
  /** SIGTERM, then SIGKILL; resolves once it is gone. */
  stop(): Promise<void>;
}

// Colour codes would make the kept lines unreadable in a log file.
// oxlint-disable-next-line no-control-regex
const colours = /\u001b\[[0-9;]*[A-Za-z]/g;

function collectLines(child: ChildProcess, log: WriteStream, options: ChildOptions): string[] {
  const lines: string[] = [];
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue;
    createInterface({ input: stream }).on('line', (raw) => {
      const line = raw.replace(colours, '');
      log.write(`${line}\n`);
      if (line.trim() !== '') lines.push(line);
      if (lines.length > linesKept) lines.shift();
      options.onLine?.(line);
    });
  }
  return lines;
}

/** Starts `node <args>` in the repository root with an IPC channel. */
export function startChild(options: ChildOptions): Child {
  const child = spawn(process.execPath, ['--import', endWithParent, ...options.args], {
    cwd: rootDir,
    env: options.env,
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    // A process group of its own: Ctrl-C reaches the supervisor alone, which stops parts in order.
    detached: true,
  });
  const log = createWriteStream(path.join(options.logDir, `${options.name}.log`), {
    mode: 0o600,
    flags: options.isRestart ? 'a' : 'w',
  });
  const lines = collectLines(child, log, options);
  const exited = new Promise<ChildExit>((resolve) => {
    child.once('error', (error) => {
      lines.push(error.message);
      resolve({ code: 1, signal: null });
    });
    // `close`, not `exit`: the last lines have been read by then; `end`, so that they are on disk too.
    child.once('close', (code, signal) => log.end(() => resolve({ code, signal })));
  });
  return {
    name: options.name,
    exited,
    lastLines: () => [...lines],
    onMessage: (listener) => void child.on('message', listener),
    stop: async () => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGTERM');
      const killer = setTimeout(() => child.kill('SIGKILL'), stopPatienceMs);
      await exited;
      clearTimeout(killer);
    },
  };
}

export function exitText({ code, signal }: ChildExit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}

/** The error to show for a part that ended by itself. */
export function diedError(child: Child, exit: ChildExit, logDir: string): StackError {
  return new StackError(
    `${child.name} ended (${exitText(exit)}). Its last lines:`,
    `The whole log is ${path.join(logDir, `${child.name}.log`)}. Start again with npm start; if it happens again, npm run doctor checks the set-up.`,
    child.lastLines().slice(-12),
  );
}

interface ReadyMessage {
  kind: 'ready';
}

function isKind<K extends string>(message: unknown, kind: K): message is { kind: K } {
  return (
    typeof message === 'object' && message !== null && 'kind' in message && message.kind === kind
  );
}

/**
 * Waits for the child's one `ready` message. `failed` carries its own way out.
 * `T` is the message as `docs/contracts.md` fixes it for that part.
 */
export async function whenReady<T extends ReadyMessage>(
  child: Child,
  logDir: string,
  timeoutMs = 60_000,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const told = new Promise<T>((resolve, reject) => {
    child.onMessage((message) => {
      // The part's own contract: both sides are in this repository.
      if (isKind(message, 'ready')) resolve(message as T);
      if (isKind(message, 'failed') && 'message' in message) {
        reject(new StackError(`${child.name} could not start.`, String(message.message)));
      }
    });
    timer = setTimeout(() => {
      const text = `${child.name} did not become ready within ${timeoutMs / 1000} s. Its last lines:`;
      reject(
        new StackError(text, `See ${path.join(logDir, `${child.name}.log`)}.`, child.lastLines()),
      );
    }, timeoutMs);
  });
  const died = child.exited.then(async (exit): Promise<never> => {
    // A `failed` message sent just before the end is told first.
    await new Promise((resolve) => setImmediate(resolve));
    throw diedError(child, exit, logDir);
  });
  try {
    return await Promise.race([told, died]);
  } finally {
    clearTimeout(timer);
  }
}

/** Runs a program to its end; on failure throws what `failure` makes of its last lines. */
export async function runToEnd(
  options: ChildOptions,
  failure: (lines: string[]) => StackError,
  onStarted?: (child: Child) => void,
): Promise<void> {
  const child = startChild(options);
  onStarted?.(child);
  const exit = await child.exited;
  if (exit.code !== 0) throw failure(child.lastLines());
}
