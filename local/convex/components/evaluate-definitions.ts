import { z } from 'zod';
import { PushError } from '../deploy/push-error';
import { linkModule, LinkError, type BundledModule } from '../functions/link-module';
import { ScriptModules, type ModuleExports } from '../functions/script-modules';
import { TransactionRealm } from '../functions/transaction-realm';
import type { Definition } from './definition';

/** A definition as the command line bundled it: alone, its imports of others left open. */
export interface DefinitionBundle {
  path: string;
  /** Absent for an app without `convex.config.ts`. */
  module: BundledModule | undefined;
  dependencies: string[];
}

const envBinding = z.union([
  z.object({ type: z.literal('value'), value: z.string() }),
  z.object({ type: z.literal('envVar'), name: z.string() }),
]);

/** What `.export()` of an app or component gives. */
const exportedDefinition = z.object({
  definitionType: z.union([
    z.object({ type: z.literal('app') }),
    z.object({ type: z.literal('childComponent'), name: z.string() }),
  ]),
  httpPrefix: z.string().optional(),
  childComponents: z.array(
    z.object({
      name: z.string(),
      path: z.string(),
      env: z.array(z.tuple([z.string(), envBinding])).nullish(),
    }),
  ),
  httpMounts: z.record(z.string(), z.string()),
  envVars: z
    .array(z.tuple([z.string(), z.object({ value: z.string(), optional: z.boolean().optional() })]))
    .optional(),
});

const childReference = '_reference/childComponent/';
const importPrefix = './_componentDeps/';
const namePattern = /^[a-zA-Z_$][a-zA-Z0-9_$]*$/;

/**
 * Evaluates component definitions, children first: a definition sees of another only its path and
 * its name, whatever else it exports.
 */
export async function evaluateDefinitions(
  bundles: DefinitionBundle[],
): Promise<Map<string, Definition>> {
  const byPath = new Map(bundles.map((bundle) => [bundle.path, bundle]));
  const evaluated = new Map<string, Definition>();
  const open: string[] = [];
  const visit = async (path: string): Promise<void> => {
    if (evaluated.has(path)) return;
    const bundle = byPath.get(path);
    if (!bundle) throw invalid(path, 'is used but was not pushed');
    if (open.includes(path))
      throw invalid(path, `installs itself (${[...open, path].join(' -> ')})`);
    open.push(path);
    for (const dependency of bundle.dependencies) await visit(dependency);
    open.pop();
    evaluated.set(path, await evaluateDefinition(bundle, evaluated));
  };
  for (const { path } of bundles) await visit(path);
  return evaluated;
}

async function evaluateDefinition(
  { path, module }: DefinitionBundle,
  evaluated: ReadonlyMap<string, Definition>,
): Promise<Definition> {
  if (!module) return { path, name: '', children: [], envVars: [], httpMounts: {} };
  const linked = await linkModule(module).catch((error: unknown) => {
    throw error instanceof LinkError ? invalid(path, error.message) : error;
  });
  const realm = new TransactionRealm({
    scripts: new ScriptModules(`${path}#definition`, new Map([[linked.path, linked]])),
    env: {},
    external: (specifier) => importedDefinition(specifier, evaluated),
  });
  const result = realm.evaluate(linked.path, (exports) => {
    const definition = exports['default'] as { export?: () => unknown } | undefined;
    if (typeof definition?.export !== 'function') {
      throw new Error('its default export is not made by defineApp() or defineComponent()');
    }
    return JSON.stringify(definition.export());
  });
  if ('error' in result) throw invalid(path, result.error.message);
  const parsed = exportedDefinition.safeParse(JSON.parse(result.value));
  if (!parsed.success) throw invalid(path, `has an unexpected shape: ${parsed.error.message}`);
  return toDefinition(path, parsed.data);
}

function importedDefinition(
  specifier: string,
  evaluated: ReadonlyMap<string, Definition>,
): ModuleExports | undefined {
  if (!specifier.startsWith(importPrefix)) return undefined;
  const path = Buffer.from(specifier.slice(importPrefix.length), 'base64url').toString();
  const definition = evaluated.get(path);
  if (!definition) return undefined;
  return {
    __esModule: true,
    default: { componentDefinitionPath: path, defaultName: definition.name },
  };
}

function toDefinition(path: string, exported: z.infer<typeof exportedDefinition>): Definition {
  const isApp = exported.definitionType.type === 'app';
  if (isApp !== (path === '')) {
    throw invalid(
      path,
      isApp ? 'must use defineComponent(), not defineApp()' : 'must use defineApp()',
    );
  }
  const names = new Set<string>();
  for (const { name } of exported.childComponents) {
    if (!namePattern.test(name)) {
      throw invalid(path, `installs a component as "${name}"; use letters, digits and underscores`);
    }
    if (names.has(name)) {
      throw invalid(
        path,
        `installs two components as "${name}"; pass {name} to use() to tell them apart`,
      );
    }
    names.add(name);
  }
  return {
    path,
    name: exported.definitionType.type === 'app' ? '' : exported.definitionType.name,
    children: exported.childComponents.map((child) => ({
      name: child.name,
      definitionPath: child.path,
      env: Object.fromEntries(child.env ?? []),
    })),
    envVars: (exported.envVars ?? []).map(([name, { value, optional }]) => ({
      name,
      validator: JSON.parse(value) as Definition['envVars'][number]['validator'],
      optional: optional === true,
    })),
    httpMounts: Object.fromEntries(
      Object.entries(exported.httpMounts).map(([prefix, reference]) => [
        prefix,
        reference.slice(childReference.length),
      ]),
    ),
    ...(exported.httpPrefix === undefined ? {} : { httpPrefix: exported.httpPrefix }),
  };
}

function invalid(path: string, reason: string): PushError {
  const where = path === '' ? 'convex.config.ts of the app' : `The component definition ${path}`;
  return new PushError('InvalidComponentDefinition', `${where}: ${reason}.`);
}
