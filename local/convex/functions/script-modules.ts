import { posix } from 'node:path';
import vm from 'node:vm';
import type { LinkedModule } from './link-module';

export type ModuleExports = Record<string, unknown>;

/** File names of scripts start with this; stack frames are told apart by it. */
export const scriptScheme = 'convex:';

export function scriptName(component: string, modulePath: string): string {
  return `${scriptScheme}${component}//${modulePath}`;
}

const wrapperHead = '(function (exports, require, module) {';

/** The compiled modules of one component; each is parsed once, whatever contexts it runs in. */
export class ScriptModules {
  readonly #scripts = new Map<string, vm.Script>();

  constructor(
    readonly component: string,
    readonly modules: ReadonlyMap<string, LinkedModule>,
  ) {}

  script(path: string): vm.Script | undefined {
    const known = this.#scripts.get(path);
    if (known) return known;
    const module = this.modules.get(path);
    if (!module) return undefined;
    const script = new vm.Script(`${wrapperHead}${module.code}\n})`, {
      filename: scriptName(this.component, path),
      columnOffset: -wrapperHead.length,
    });
    this.#scripts.set(path, script);
    return script;
  }
}

/** What else a module may import: component definitions, for example. */
export type ExternalModules = (specifier: string) => ModuleExports | undefined;

/** Evaluates modules lazily in one context, each once. Must be called inside that context's run. */
export class ModuleLoader {
  readonly #loaded = new Map<string, { exports: ModuleExports }>();

  constructor(
    readonly context: vm.Context,
    readonly scripts: ScriptModules,
    readonly external: ExternalModules = () => undefined,
  ) {}

  isLoaded(path: string): boolean {
    return this.#loaded.has(path);
  }

  load(path: string): ModuleExports {
    const loaded = this.#loaded.get(path);
    if (loaded) return loaded.exports;
    const script = this.scripts.script(path);
    if (!script) throw new Error(`Cannot find module ${path}`);
    const module = { exports: {} as ModuleExports };
    this.#loaded.set(path, module);
    try {
      // The script's value is the wrapper function above.
      const body = script.runInContext(this.context) as (
        exports: ModuleExports,
        require: (specifier: string) => ModuleExports,
        module: { exports: ModuleExports },
      ) => void;
      body(module.exports, (specifier) => this.#require(path, specifier), module);
    } catch (error) {
      this.#loaded.delete(path);
      throw error;
    }
    return module.exports;
  }

  #require(importer: string, specifier: string): ModuleExports {
    const external = this.external(specifier);
    if (external) return external;
    if (!specifier.startsWith('.')) {
      throw new Error(
        `${importer} imports "${specifier}", which is not available here: only bundled code is. ` +
          'Node.js modules need the Node.js runtime, which the local runtime does not offer.',
      );
    }
    return this.load(posix.normalize(posix.join(posix.dirname(importer), specifier)));
  }
}
