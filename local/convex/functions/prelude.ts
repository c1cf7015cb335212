import { readFileSync } from 'node:fs';
import vm from 'node:vm';
import type { Thrown } from './thrown';

/** What a context offers its host. `call` and `attempt` describe errors inside the context. */
export interface PreludeApi {
  Promise: PromiseConstructor;
  setEnv(env: Record<string, string>): void;
  call(invoke: () => unknown, done: (value: unknown) => void, fail: (thrown: Thrown) => void): void;
  attempt<T>(body: () => T): { value: T } | { error: Thrown };
}

/** Gives a context its globals, once, before any module runs in it. */
export type Install = (host: object, injected: Record<string, unknown>) => PreludeApi;

/**
 * The script whose value is a context's `install`. The files under `prelude/` are modules only
 * for the tools' sake: they run as one script, without `import` and `export`.
 */
export function preludeScript(kind: 'transaction' | 'action'): vm.Script {
  const body = ['shared', kind].map((name) =>
    readFileSync(new URL(`./prelude/${name}.js`, import.meta.url), 'utf8')
      .replace(/^import .*$/gm, '')
      .replace(/^export /gm, ''),
  );
  return new vm.Script(`(() => { 'use strict';\n${body.join('\n')}\nreturn install; })()`, {
    filename: `rollcall-prelude:${kind}.js`,
  });
}
