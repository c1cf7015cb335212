import { evaluateDefinitions } from '../components/evaluate-definitions';
import { instancesOf } from '../components/definition';
import { AnalysisError, analyzeModules, type AnalyzedModule } from '../functions/analyze-modules';
import { linkModule, LinkError, type LinkedModule } from '../functions/link-module';
import { ScriptModules } from '../functions/script-modules';
import { TransactionRealm } from '../functions/transaction-realm';
import type { SchemaJson } from '../store/contract';
import { declaredEnv, type Env } from './environment';
import { PushError } from './push-error';
import type { ModuleHash, ModuleSource, StartPushRequest } from './push-request';
import type { PushedCode, PushedComponent } from './pushed-code';

export interface EvaluationContext {
  env: Env;
  /** Modules of the live app, which the command line does not send again when unchanged. */
  previous: ReadonlyMap<string, LinkedModule>;
  /** Generating code: declared variables need not be set. */
  placeholder?: string;
}

/**
 * Evaluates everything a push brings: definitions, modules, schemas. Touches no data. Throws
 * `PushError` for whatever the developer has to mend.
 */
export async function evaluatePush(
  request: StartPushRequest,
  context: EvaluationContext,
): Promise<PushedCode> {
  const app = request.appDefinition;
  const definitions = await evaluateDefinitions([
    { path: '', module: app.definition ?? undefined, dependencies: app.dependencies },
    ...request.componentDefinitions.map((component) => ({
      path: component.definitionPath,
      module: component.definition,
      dependencies: component.dependencies,
    })),
  ]);
  const sources = new Map<string, ComponentSources>([
    [
      '',
      {
        modules: await appModules(app, context.previous),
        schema: app.schema,
        serverVersion: app.udfServerVersion,
      },
    ],
  ]);
  for (const component of request.componentDefinitions) {
    sources.set(component.definitionPath, {
      modules: await linkAll(component.functions),
      schema: component.schema,
      serverVersion: component.udfServerVersion,
    });
  }
  const components = new Map<string, PushedComponent>();
  for (const [path, definition] of definitions) {
    const source = sources.get(path);
    if (!source)
      throw new PushError('BadPushRequest', `The push has no code for the component ${path}.`);
    const { modules, serverVersion } = source;
    refuseNodeModules(path, modules);
    const env = path === '' ? context.env : analysisEnv(definition.envVars.map(({ name }) => name));
    components.set(path, {
      definition,
      modules,
      serverVersion,
      analysis: analyze(path, modules, env),
      schema: source.schema ? await evaluateSchema(path, source.schema) : null,
    });
  }
  if (context.placeholder === undefined) {
    declaredEnv(components, context.env, instancesOf(definitions));
  }
  return { functionsFolder: request.functions, components };
}

interface ComponentSources {
  modules: Map<string, LinkedModule>;
  schema: ModuleSource | null | undefined;
  serverVersion: string;
}

async function appModules(
  app: StartPushRequest['appDefinition'],
  previous: ReadonlyMap<string, LinkedModule>,
): Promise<Map<string, LinkedModule>> {
  const modules = await linkAll(app.changedModules);
  for (const hash of app.unchangedModuleHashes)
    modules.set(hash.path, unchangedModule(hash, previous));
  return modules;
}

function unchangedModule(
  hash: ModuleHash,
  previous: ReadonlyMap<string, LinkedModule>,
): LinkedModule {
  const module = previous.get(hash.path);
  if (module?.sha256 === hash.sha256 && module.environment === hash.environment) return module;
  throw new PushError('RaceDetected', `Another push replaced ${hash.path} meanwhile; push again.`);
}

async function linkAll(modules: readonly ModuleSource[]): Promise<Map<string, LinkedModule>> {
  const linked = await Promise.all(modules.map((module) => linkModule(module))).catch(
    (error: unknown) => {
      throw error instanceof LinkError ? new PushError('InvalidModules', error.message) : error;
    },
  );
  return new Map(linked.map((module) => [module.path, module]));
}

function refuseNodeModules(path: string, modules: ReadonlyMap<string, LinkedModule>): void {
  for (const module of modules.values()) {
    if (module.environment === 'node' && !module.path.startsWith('_deps/')) {
      throw new PushError(
        'NotSupportedLocally',
        `${path}${path ? '/' : ''}${module.path.replace(/\.js$/, '.ts')} says "use node", which the local runtime does not support. ` +
          'Remove the directive: actions have fetch, crypto and timers without it.',
      );
    }
  }
}

/** At analysis a component does not yet know where it is installed: declared names are empty. */
function analysisEnv(names: string[]): Env {
  return Object.fromEntries(names.map((name) => [name, '']));
}

function analyze(
  path: string,
  modules: ReadonlyMap<string, LinkedModule>,
  env: Env,
): Record<string, AnalyzedModule> {
  const realm = new TransactionRealm({ scripts: new ScriptModules(path, modules), env });
  try {
    return analyzeModules(realm, modules.keys());
  } catch (error) {
    if (!(error instanceof AnalysisError)) throw error;
    const where = path === '' ? '' : `In component ${path}: `;
    throw new PushError('InvalidModules', `${where}${error.message}`);
  }
}

async function evaluateSchema(path: string, source: ModuleSource): Promise<SchemaJson> {
  const linked = await linkModule(source);
  const realm = new TransactionRealm({
    scripts: new ScriptModules(`${path}#schema`, new Map([[linked.path, linked]])),
    env: {},
  });
  const result = realm.evaluate(linked.path, (exports) => {
    const schema = exports['default'] as { export?: () => string } | undefined;
    if (typeof schema?.export !== 'function') {
      throw new Error('the default export of schema.ts must be made by defineSchema()');
    }
    return schema.export();
  });
  if ('error' in result) {
    const where = path === '' ? 'schema.ts' : `schema.ts of component ${path}`;
    throw new PushError('InvalidSchema', `Failed to evaluate ${where}: ${result.error.message}`);
  }
  // `export()` of the same `convex` package that the store reads the schema of.
  return JSON.parse(result.value) as SchemaJson;
}
