import { AsyncLocalStorage } from 'node:async_hooks';
import {
  setImmediate as immediate,
  setInterval as interval,
  setTimeout as timeout,
} from 'node:timers';
import vm from 'node:vm';
import { firstStretchMsMax, startStretch } from './first-stretches';
import { sharedGlobals } from './host-globals';
import { formatLogArgs } from './log-lines';
import { preludeScript, type Install, type PreludeApi } from './prelude';
import { ModuleLoader, type ModuleExports, type ScriptModules } from './script-modules';
import type { Thrown } from './thrown';
import { OperationError } from './call-operations';
import { actionCrypto } from './action-crypto';
import { actionStarted } from './running-actions';
import { ownPromise } from './unhandled-rejections';

/**
 * Where actions of one component run. Several run at once and wait for the outside, so each
 * operation is told apart by the asynchronous call it comes from.
 *
 * The timer only guards the first stretch, up to the first `await`. An endless loop after that is
 * ended with the process, by the watchdog (`watchdog.ts`).
 */

export interface ActionHost {
  /** `module:function`, or the route of an HTTP action. */
  readonly path: string;
  asyncSyscall(op: string, json: string): Promise<string>;
  log(level: string, line: string): void;
  /** While it has seen what is not on disk yet: resolves when that has arrived. */
  unsaved(): Promise<void> | undefined;
  /** From now on it sees nothing before it is on disk. */
  stopGoingAhead(): void;
}

export type ActionOutcome<T> = { kind: 'returned'; value: T } | { kind: 'threw'; thrown: Thrown };

const prelude = preludeScript('action');
export class ActionRealm {
  readonly #context: vm.Context;
  readonly #api: PreludeApi;
  readonly #loader: ModuleLoader;
  readonly #current = new AsyncLocalStorage<ActionHost>();
  #dead = false;

  constructor({ scripts, env }: { scripts: ScriptModules; env: Record<string, string> }) {
    this.#context = vm.createContext(
      {},
      {
        name: `convex ${scripts.component || 'app'} actions`,
        codeGeneration: { strings: false, wasm: true },
      },
    );
    // The script's value is the prelude's `install`.
    const install = prelude.runInContext(this.#context) as Install;
    this.#api = install(this.#hostFunctions(), {
      ...sharedGlobals(),
      ...actionGlobals,
      fetch: this.#fetch,
    });
    this.#api.setEnv({ ...env });
    ownPromise(this.#api.Promise);
    this.#loader = new ModuleLoader(this.#context, scripts);
  }

  /** Runs `invoke` with the exports of a module, and waits for its promise. */
  run<T>(
    path: string,
    invoke: (exports: ModuleExports) => unknown,
    host: ActionHost,
  ): Promise<ActionOutcome<T>> {
    const ended = actionStarted(host.path);
    return new Promise<ActionOutcome<T>>((resolve, reject) => {
      const begin = () =>
        this.#api.call(
          () => invoke(this.#loader.load(path)),
          // The caller knows what its function returns.
          (value) => resolve({ kind: 'returned', value: value as T }),
          (thrown) => resolve({ kind: 'threw', thrown }),
        );
      startStretch({
        run: () => {
          try {
            this.#current.run(host, begin);
          } catch (error) {
            reject(error);
          }
        },
        cut: () => {
          this.#dead = true;
          resolve({ kind: 'threw', thrown: tooLong });
        },
      });
    }).finally(ended);
  }

  /** False after a timeout: a module may be loaded by half. What runs already may go on. */
  get usable(): boolean {
    return !this.#dead;
  }

  /** Nothing leaves an action before what it has seen is on disk. */
  readonly #fetch = (input: string | URL | Request, init?: RequestInit): Promise<Response> => {
    const host = this.#current.getStore();
    // Whoever streams may send at any time.
    const isStreamed = init?.body instanceof ReadableStream || input instanceof Request;
    if (isStreamed) host?.stopGoingAhead();
    const unsaved = host?.unsaved();
    return unsaved ? unsaved.then(() => fetch(input, init)) : fetch(input, init);
  };

  #hostFunctions(): object {
    return {
      log: (level: string, args: unknown[]) =>
        this.#current.getStore()?.log(level, formatLogArgs(args)),
      asyncSyscall: (
        op: string,
        json: string,
        resolve: (json: string) => void,
        reject: (message: string, dataJson?: string) => void,
      ) => {
        const host = this.#current.getStore();
        if (!host) {
          reject(`Cannot use ${op} while a module is being loaded; move it into a function.`);
          return;
        }
        host
          .asyncSyscall(op, json)
          .then(resolve, (error: unknown) =>
            reject(
              error instanceof Error ? error.message : String(error),
              error instanceof OperationError ? error.dataJson : undefined,
            ),
          );
      },
    };
  }
}

const tooLong: Thrown = {
  name: 'Error',
  message: `Function execution timed out: it ran ${firstStretchMsMax / 1000} s without awaiting anything.`,
  stack: '',
};

const actionGlobals = {
  AsyncLocalStorage,
  CryptoKey,
  crypto: actionCrypto,
  performance,
  clearImmediate,
  clearInterval,
  clearTimeout,
  queueMicrotask,
  setImmediate: immediate,
  setInterval: interval,
  setTimeout: timeout,
};
