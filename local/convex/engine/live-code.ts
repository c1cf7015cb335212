import { childPath, instancesOf, type Instance } from '../components/definition';
import { declaredEnv, type Env } from '../deploy/environment';
import type { PushedCode, PushedComponent } from '../deploy/pushed-code';
import { ActionRealm } from '../functions/action-realm';
import type { AnalyzedFunction } from '../functions/analyze-modules';
import { storedValidators } from '../functions/commit-ts';
import { ScriptModules } from '../functions/script-modules';
import { TransactionRealm } from '../functions/transaction-realm';
import type { ValidatorJson } from '../values/validator';

/** A function of an installed component, ready to run. */
export interface LiveFunction {
  component: LiveComponent;
  /** `module:function`, the way it is shown. */
  path: string;
  modulePath: string;
  exportName: string;
  kind: AnalyzedFunction['kind'];
  visibility: AnalyzedFunction['visibility'];
  args: ValidatorJson;
  returns: ValidatorJson | null;
}

/** An installed component: its code, and the contexts it runs in, made when first needed. */
export class LiveComponent {
  readonly #functions = new Map<string, LiveFunction>();
  #transactions: TransactionRealm | undefined;
  #actions: ActionRealm | undefined;

  constructor(
    readonly instance: Instance,
    readonly pushed: PushedComponent,
    readonly scripts: ScriptModules,
    readonly env: Env,
  ) {
    for (const [modulePath, { functions }] of Object.entries(pushed.analysis)) {
      const module = modulePath.replace(/\.js$/, '');
      for (const { name, kind, visibility, args, returns } of functions) {
        this.#functions.set(`${module}:${name}`, {
          component: this,
          path: `${module}:${name}`,
          modulePath,
          exportName: name,
          kind,
          visibility,
          // Checked to be validators when the module was analysed.
          args: storedValidators(JSON.parse(args) as ValidatorJson),
          returns: returns === null ? null : storedValidators(JSON.parse(returns) as ValidatorJson),
        });
      }
    }
  }

  get path(): string {
    return this.instance.componentPath;
  }

  function(path: string): LiveFunction | undefined {
    return this.#functions.get(canonicalPath(path));
  }

  functions(): Iterable<LiveFunction> {
    return this.#functions.values();
  }

  /** Path of the child installed under a name, whether or not there is one. */
  childPath(name: string): string {
    return childPath(this.path, name);
  }

  transactions(): TransactionRealm {
    if (!this.#transactions?.usable) {
      this.#transactions = new TransactionRealm({ scripts: this.scripts, env: this.env });
    }
    return this.#transactions;
  }

  actions(): ActionRealm {
    if (!this.#actions?.usable) {
      this.#actions = new ActionRealm({ scripts: this.scripts, env: this.env });
    }
    return this.#actions;
  }
}

/** Everything that is deployed, in one environment. Replaced as a whole by a push or new env. */
export class LiveCode {
  readonly #components = new Map<string, LiveComponent>();
  readonly #scripts = new Map<string, ScriptModules>();

  constructor(
    readonly pushed: PushedCode,
    deploymentEnv: Env,
  ) {
    const definitions = new Map(
      [...pushed.components].map(([path, { definition }]) => [path, definition]),
    );
    const instances = instancesOf(definitions);
    const envs = declaredEnv(pushed.components, deploymentEnv, instances);
    for (const instance of instances) {
      const component = pushed.components.get(instance.definitionPath);
      if (!component) throw new Error(`No code for the component ${instance.definitionPath}`);
      const scripts =
        this.#scripts.get(instance.definitionPath) ??
        new ScriptModules(instance.definitionPath, component.modules);
      this.#scripts.set(instance.definitionPath, scripts);
      const env = envs.get(instance.componentPath) ?? {};
      this.#components.set(
        instance.componentPath,
        new LiveComponent(instance, component, scripts, env),
      );
    }
  }

  component(path: string): LiveComponent | undefined {
    return this.#components.get(path);
  }

  components(): Iterable<LiveComponent> {
    return this.#components.values();
  }

  readonly scriptsOf = (definitionPath: string): ScriptModules | undefined =>
    this.#scripts.get(definitionPath);
}

/** `dir/mod.js:fn` -> `dir/mod:fn`; a module alone means its default export. */
export function canonicalPath(path: string): string {
  const at = path.lastIndexOf(':');
  const [module, name] = at < 0 ? [path, 'default'] : [path.slice(0, at), path.slice(at + 1)];
  return `${module.replace(/\.js$/, '')}:${name}`;
}
