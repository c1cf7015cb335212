import { gunzipSync, gzipSync } from 'node:zlib';
import type { Definition } from '../components/definition';
import type { Json, JsonObject } from '../engine/contract';
import type { AnalyzedModule } from '../functions/analyze-modules';
import type { LinkedModule } from '../functions/link-module';
import type { ReadTransaction, SchemaJson, WriteTransaction } from '../store/contract';
import type { PushedCode } from './pushed-code';

/**
 * The live push in the store, linked already: a restart needs neither the command line nor the
 * bundler. Modules are kept by content, so that a push rewrites only what changed.
 */

const deploymentBucket = 'deployment';
const currentKey = 'current';
const modulesBucket = 'modules';
/** Raised when what is saved changes its shape; an older push then has to be pushed again. */
const formatVersion = 1;

interface SavedComponent {
  definition: Definition;
  schema: SchemaJson | null;
  analysis: Record<string, AnalyzedModule>;
  serverVersion: string;
  modules: { path: string; environment: 'isolate' | 'node'; sha256: string }[];
}

interface SavedPush {
  formatVersion: number;
  functionsFolder: string;
  components: [string, SavedComponent][];
}

export function savePush(tx: WriteTransaction, code: PushedCode): void {
  const kept = new Set<string>();
  const components = [...code.components].map(([path, component]): [string, SavedComponent] => {
    const { definition, schema, analysis, serverVersion } = component;
    const modules = [...component.modules.values()].map((module) => {
      const key = moduleKey(module);
      if (!kept.has(key) && tx.system.get(modulesBucket, key) === undefined) {
        tx.system.set(modulesBucket, key, packModule(module));
      }
      kept.add(key);
      return { path: module.path, environment: module.environment, sha256: module.sha256 };
    });
    return [path, { definition, schema, analysis, serverVersion, modules }];
  });
  for (const { key } of tx.system.scan(modulesBucket)) {
    if (!kept.has(key)) tx.system.delete(modulesBucket, key);
  }
  const saved: SavedPush = { formatVersion, functionsFolder: code.functionsFolder, components };
  // Plain data throughout; the types above are only narrower than JSON.
  tx.system.set(deploymentBucket, currentKey, saved as unknown as JsonObject);
}

/** The saved push; undefined when there is none, or one of another version of this runtime. */
export function loadPush(tx: ReadTransaction): PushedCode | undefined {
  const saved = tx.system.get(deploymentBucket, currentKey) as unknown as SavedPush | undefined;
  if (saved?.formatVersion !== formatVersion) return undefined;
  const components: PushedCode['components'] = new Map();
  for (const [path, { modules, ...component }] of saved.components) {
    const linked = modules.map((module): [string, LinkedModule] => {
      const packed = tx.system.get(modulesBucket, moduleKey(module));
      if (typeof packed !== 'string')
        throw new Error(`The saved push lacks the module ${module.path}.`);
      return [module.path, { ...module, ...unpackModule(packed) }];
    });
    components.set(path, { ...component, modules: new Map(linked) });
  }
  return { functionsFolder: saved.functionsFolder, components };
}

function moduleKey({
  path,
  environment,
  sha256,
}: Pick<LinkedModule, 'path' | 'environment' | 'sha256'>): string {
  return `${sha256}:${environment}:${path}`;
}

function packModule({ code, map }: LinkedModule): Json {
  return gzipSync(JSON.stringify({ code, map }), { level: 1 }).toString('base64');
}

function unpackModule(packed: string): Pick<LinkedModule, 'code' | 'map'> {
  const text = gunzipSync(Buffer.from(packed, 'base64')).toString();
  return JSON.parse(text) as Pick<LinkedModule, 'code' | 'map'>;
}
