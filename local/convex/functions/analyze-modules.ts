import type { Json } from '../engine/contract';
import { validatorProblem } from '../values/validator';
import { storedValidators } from './commit-ts';
import type { ModuleExports } from './script-modules';
import type { TransactionRealm } from './transaction-realm';

export interface AnalyzedFunction {
  name: string;
  kind: 'query' | 'mutation' | 'action';
  visibility: 'public' | 'internal';
  /** Validator JSON text as `exportArgs()` gives it. */
  args: string;
  /** Validator JSON text; `null` when the function declares none. */
  returns: string | null;
}

export interface CronJobSpec {
  name: string;
  /** `module:function`. */
  path: string;
  args: Json;
  schedule: Json;
}

export interface AnalyzedModule {
  functions: AnalyzedFunction[];
  httpRoutes: { path: string; method: string }[] | null;
  crons: CronJobSpec[] | null;
}

/** What is wrong with a module, in words for the developer. */
export class AnalysisError extends Error {
  override readonly name = 'AnalysisError';
}

interface RegisteredFunction {
  isQuery?: boolean;
  isMutation?: boolean;
  isAction?: boolean;
  isPublic?: boolean;
  isInternal?: boolean;
  exportArgs(): string;
  exportReturns(): string;
}

const functionNamePattern = /^[a-zA-Z_$][a-zA-Z0-9_$]*$/;

/** Modules that hold no functions of their own. */
export function isEntryModule(path: string): boolean {
  return !path.startsWith('_deps/') && path !== 'auth.config.js';
}

/** Loads every entry module of a component and tells what it registers. */
export function analyzeModules(
  realm: TransactionRealm,
  paths: Iterable<string>,
): Record<string, AnalyzedModule> {
  const analyzed: Record<string, AnalyzedModule> = {};
  for (const path of [...paths].filter(isEntryModule).sort()) {
    const result = realm.evaluate(path, (exports) => analyzeExports(path, exports));
    if ('error' in result) {
      throw new AnalysisError(
        `Failed to analyze ${path}: Uncaught ${result.error.name}: ${result.error.message}`,
      );
    }
    analyzed[path] = result.value;
  }
  return analyzed;
}

function analyzeExports(path: string, exports: ModuleExports): AnalyzedModule {
  const functions: AnalyzedFunction[] = [];
  for (const name of Object.keys(exports).sort()) {
    const found = analyzeFunction(path, name, exports[name]);
    if (found) functions.push(found);
  }
  return {
    functions,
    httpRoutes: path === 'http.js' ? httpRoutes(exports['default']) : null,
    crons: path === 'crons.js' ? cronSpecs(exports['default']) : null,
  };
}

function analyzeFunction(path: string, name: string, value: unknown): AnalyzedFunction | undefined {
  if (typeof value !== 'function' && (typeof value !== 'object' || value === null))
    return undefined;
  const registered = value as RegisteredFunction;
  const kind = registered.isQuery
    ? 'query'
    : registered.isMutation
      ? 'mutation'
      : registered.isAction
        ? 'action'
        : undefined;
  if (!kind || typeof registered.exportArgs !== 'function') return undefined;
  if (!functionNamePattern.test(name)) {
    throw new Error(`the function name "${name}" may only have letters, digits, "_" and "$"`);
  }
  const args = registered.exportArgs();
  const returns = registered.exportReturns();
  for (const [what, text] of [
    ['args', args],
    ['returns', returns],
  ] as const) {
    const json = JSON.parse(text) as Json;
    const problem = json === null ? undefined : validatorProblem(storedValidators(json));
    if (problem) throw new Error(`${what} of ${path.replace(/\.js$/, '')}:${name}: ${problem}`);
  }
  return {
    name,
    kind,
    visibility: registered.isPublic ? 'public' : 'internal',
    args,
    returns: returns === 'null' ? null : returns,
  };
}

function httpRoutes(router: unknown): { path: string; method: string }[] {
  const { isRouter, getRoutes } = (router ?? {}) as {
    isRouter?: boolean;
    getRoutes?: () => [string, string, unknown][];
  };
  if (isRouter !== true || typeof getRoutes !== 'function') {
    throw new Error(
      'the default export of http.ts must be an HttpRouter: `export default httpRouter()`',
    );
  }
  return getRoutes().map(([path, method]) => ({ path, method }));
}

interface ExportedCron {
  name: string;
  args: Json[];
  schedule: Json;
}

function cronSpecs(crons: unknown): CronJobSpec[] {
  const { isCrons, export: exportCrons } = (crons ?? {}) as {
    isCrons?: boolean;
    export?: () => string;
  };
  if (isCrons !== true || typeof exportCrons !== 'function') {
    throw new Error('the default export of crons.ts must be made by cronJobs()');
  }
  const exported = JSON.parse(exportCrons.call(crons)) as Record<string, ExportedCron>;
  return Object.entries(exported).map(([name, job]) => ({
    name,
    path: job.name,
    args: job.args[0] ?? {},
    schedule: job.schedule,
  }));
}
