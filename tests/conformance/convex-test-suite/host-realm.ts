import { AsyncLocalStorage } from 'node:async_hooks';
import type { Json } from '../../../local/convex/engine/contract';
import { OperationError, type CallHost } from '../../../local/convex/functions/call-operations';
import type { ActionHost, ActionOutcome } from '../../../local/convex/functions/action-realm';
import type { RealmOutcome } from '../../../local/convex/functions/active-call';
import type { Thrown } from '../../../local/convex/functions/thrown';
import { inMockWords } from './words';

/**
 * Runs functions in this very process instead of a context of their own, so that a test's own
 * closures can be functions, too. Everything behind the system calls is the real engine.
 */

export type Exports = Record<string, unknown>;
export type Modules = (path: string) => Promise<Exports>;

/** Who answers the system calls of the code that runs. */
interface Current {
  syscall(op: string, json: string): string;
  asyncSyscall(op: string, json: string): Promise<string>;
}

const current = new AsyncLocalStorage<Current>();

function answering(): Current {
  const found = current.getStore();
  if (!found) throw new Error('No function of the local runtime is running.');
  return found;
}

/** The global of the `convex` package, for all tests of the process. */
export function installConvexGlobal(): void {
  Object.assign(globalThis, {
    Convex: {
      syscall: (op: string, json: string) => answering().syscall(op, json),
      asyncSyscall: (op: string, json: string) => answering().asyncSyscall(op, json),
      jsSyscall: (op: string) => {
        throw new Error(`"${op}" is not supported by the local runtime.`);
      },
    },
  });
}

/** One query or mutation: its operations one after the other, as in a context. */
class TransactionHost implements Current {
  #last: Promise<unknown> = Promise.resolve();

  constructor(private readonly host: CallHost) {}

  syscall(op: string, json: string): string {
    try {
      return this.host.syscall(op, json);
    } catch (error) {
      throw inTestsWords(error);
    }
  }

  async asyncSyscall(op: string, json: string): Promise<string> {
    const answer = this.#last.then(() => this.host.asyncSyscall(op, json));
    this.#last = answer.catch(() => {});
    return rethrown(answer);
  }
}

async function rethrown(answer: string | Promise<string>): Promise<string> {
  try {
    return await answer;
  } catch (error) {
    // The library makes a `ConvexError` of what has data.
    if (error instanceof OperationError && error.dataJson !== undefined) {
      throw Object.assign(new Error(error.message), { data: JSON.parse(error.dataJson) as Json });
    }
    throw inTestsWords(error);
  }
}

/** Tests catch some failures inside of their functions. */
function inTestsWords(error: unknown): unknown {
  return error instanceof Error
    ? Object.assign(new Error(inMockWords(error.message)), { cause: error })
    : error;
}

export class HostRealm {
  readonly usable = true;

  constructor(private readonly modules: Modules) {}

  async run(
    target: { path: string; exportName: string; method: 'invokeQuery' | 'invokeMutation' },
    argsJson: string,
    host: CallHost,
  ): Promise<RealmOutcome> {
    return current.run(new TransactionHost(host), async () => {
      try {
        const exports = await this.modules(target.path);
        const registered = exports[target.exportName] as Record<
          string,
          (args: string) => Promise<string>
        >;
        const json = await registered[target.method]?.(argsJson);
        return { kind: 'returned', json: json ?? 'null', unawaited: [] };
      } catch (error) {
        return { kind: 'threw', thrown: described(error) };
      }
    });
  }
}

export class HostActionRealm {
  readonly usable = true;

  constructor(private readonly modules: Modules) {}

  async run<T>(
    path: string,
    invoke: (exports: Exports) => unknown,
    host: ActionHost,
  ): Promise<ActionOutcome<T>> {
    const answers: Current = {
      syscall: (op) => {
        throw new Error(`"${op}" can only be used in queries and mutations.`);
      },
      asyncSyscall: (op, json) => rethrown(host.asyncSyscall(op, json)),
    };
    return current.run(answers, async () => {
      try {
        const value = await invoke(await this.modules(path));
        // The caller knows what its function returns.
        return { kind: 'returned', value: value as T };
      } catch (error) {
        return { kind: 'threw', thrown: described(error) };
      }
    });
  }
}

/** As `describe` of the runtime's prelude. */
function described(thrown: unknown): Thrown {
  if (typeof thrown !== 'object' || thrown === null) {
    return { name: '', message: String(thrown), stack: '' };
  }
  // Errors of the library and of tests; `data` is what the library serialised.
  const { name, message, data } = thrown as { name?: string; message?: string; data?: string };
  const isConvexError = Symbol.for('ConvexError') in thrown;
  return {
    name: name ?? 'Error',
    message: message ?? '',
    stack: '',
    ...(isConvexError && data !== undefined ? { data } : {}),
  };
}
