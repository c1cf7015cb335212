import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  actionGeneric,
  getFunctionAddress,
  mutationGeneric,
  queryGeneric,
  type FunctionReference,
  type GenericSchema,
  type SchemaDefinition,
} from 'convex/server';
import { ConvexError, convexToJson, jsonToConvex, type Value } from 'convex/values';
import type { PushedCode, PushedComponent } from '../../../local/convex/deploy/pushed-code';
import type {
  DueJob,
  FunctionResult,
  Identity,
  UserIdentity,
} from '../../../local/convex/engine/contract';
import { CronRuns } from '../../../local/convex/engine/crons';
import { LiveCode, type LiveFunction } from '../../../local/convex/engine/live-code';
import { LocalEngine } from '../../../local/convex/engine/local-engine';
import { analyzeModules } from '../../../local/convex/functions/analyze-modules';
import type { LinkedModule } from '../../../local/convex/functions/link-module';
import type { TransactionRealm } from '../../../local/convex/functions/transaction-realm';
import type { ActionRealm } from '../../../local/convex/functions/action-realm';
import type { SchemaJson } from '../../../local/convex/store/contract';
import { openStore } from '../../../local/convex/store/open-store';
import { checkSchema } from '../../../local/convex/store/schema-check';
import { HostActionRealm, HostRealm, installConvexGlobal, type Exports } from './host-realm';
import { inMockWords } from './words';

/**
 * `convexTest()` over the local runtime, as far as convex-test's own tests use it: the store, the
 * transactions, the scheduler and the rules are the runtime's; only the functions run in the test's
 * process (`host-realm.ts`).
 */

type Glob = Record<string, () => Promise<unknown>>;
type Schema = SchemaDefinition<GenericSchema, boolean>;
type Kind = 'query' | 'mutation' | 'action';
type Inline = (ctx: unknown) => Promise<unknown>;

interface Part {
  schema: Schema | undefined;
  modules: Glob;
}

const inlineModule = 'inline.js';
installConvexGlobal();

export function convexTestOver(defaultModules: Glob) {
  return (schemaOrOptions?: Schema | { schema?: Schema; modules?: Glob }, modules?: Glob) => {
    const options =
      schemaOrOptions && 'tables' in schemaOrOptions
        ? { schema: schemaOrOptions, modules }
        : { modules, ...schemaOrOptions };
    return accessor(
      new TestWorld({ schema: options.schema, modules: options.modules ?? defaultModules }),
      {},
    );
  };
}

function accessor(world: TestWorld, user: { identity?: Identity }): object {
  const identity = user.identity ?? { kind: 'admin' };
  const call = (kind: Kind) => (target: FunctionReference<Kind> | Inline, args?: unknown) =>
    world.call({ kind, target, args: args ?? {}, identity });
  return {
    query: call('query'),
    mutation: call('mutation'),
    action: call('action'),
    run: call('mutation'),
    fetch: (path: string, init?: RequestInit) => world.fetch(path, init, identity),
    registerComponent: (path: string, schema: Schema, modules: Glob) =>
      world.install(path, { schema, modules }),
    withIdentity: (claims: Partial<UserIdentity>) =>
      accessor(world, { identity: actingAs(claims) }),
    finishInProgressScheduledFunctions: () => world.finishRunning(),
    finishAllScheduledFunctions: (advanceTimers: () => void) => world.finishAll(advanceTimers),
  };
}

function actingAs(claims: Partial<UserIdentity>): Identity {
  const {
    subject = `${JSON.stringify(claims).length}`,
    issuer = 'https://convex.test',
    tokenIdentifier = `${issuer}|${subject}`,
  } = claims;
  return {
    kind: 'admin',
    actingAs: { ...claims, subject, issuer, tokenIdentifier },
  };
}

class TestWorld {
  readonly #parts = new Map<string, Part>();
  readonly #inline = new Map<string, LiveFunction>();
  readonly #inlineExports: Exports = {};
  readonly #timed = new Set<string>();
  readonly #running = new Set<Promise<void>>();
  #engine: Promise<LocalEngine> | undefined;

  constructor(app: Part) {
    const schema = schemaJson(app.schema);
    if (schema) checkSchema(schema);
    this.#parts.set('', app);
  }

  install(path: string, part: Part): void {
    this.#parts.set(path, part);
  }

  async call(call: {
    kind: Kind;
    target: FunctionReference<Kind> | Inline;
    args: unknown;
    identity: Identity;
  }): Promise<Value> {
    const { kind, target, args, identity } = call;
    const engine = await this.#started();
    const address =
      typeof target === 'function' && !isReference(target)
        ? { path: this.#addInline(kind, target as Inline) }
        : addressOf(target as FunctionReference<Kind>);
    // Arguments are an object of values.
    const request = { ...address, args: convexToJson(args as Value), identity, requestId: 'test' };
    const { result } =
      kind === 'query'
        ? await engine.runQuery(request)
        : kind === 'mutation'
          ? await engine.runMutation(request)
          : { result: await engine.runAction(request) };
    return valueOf(result);
  }

  async fetch(path: string, init: RequestInit | undefined, identity: Identity): Promise<Response> {
    const engine = await this.#started();
    const request = new Request(new URL(path, 'https://some.convex.site'), init);
    return (await engine.runHttpAction(request, identity)) ?? new Response(null, { status: 404 });
  }

  async finishRunning(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async finishAll(advanceTimers: () => void): Promise<void> {
    for (let round = 0; round < 100; round += 1) {
      advanceTimers();
      if (this.#running.size === 0) return;
      await this.#finishWith(advanceTimers);
    }
    throw new Error('Too many rounds. Check for infinitely recursive scheduled functions.');
  }

  /** Functions may wait for timers of their own. */
  async #finishWith(advanceTimers: () => void): Promise<void> {
    const finished = this.finishRunning();
    let isFinished = false;
    void finished.finally(() => (isFinished = true));
    while (!isFinished) {
      await new Promise((resolve) => setImmediate(resolve));
      advanceTimers();
    }
    await finished;
  }

  #started(): Promise<LocalEngine> {
    this.#engine ??= this.#start();
    return this.#engine;
  }

  async #start(): Promise<LocalEngine> {
    const folder = mkdtempSync(join(tmpdir(), 'convex-test-'));
    process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
    const store = openStore({ folder, nowMs: () => Date.now() });
    const code = new LiveCode(await this.#pushed(), {});
    for (const component of code.components()) this.#hostFunctions(component);
    await store.write((tx) => {
      for (const [path, { schema }] of this.#parts) tx.applySchema(path, schemaJson(schema));
    });
    const engine = new LocalEngine({
      store,
      env: {},
      platformEnv: {},
      deployment: { code, authProviders: [] },
      jobs: [],
      crons: new CronRuns(store, []),
      deploymentName: 'test',
      nowMs: () => Date.now(),
      onClose: () => {},
    });
    engine.jobs.onChange(() => this.#setTimers(engine));
    return engine;
  }

  async #pushed(): Promise<PushedCode> {
    const components: PushedCode['components'] = new Map();
    for (const [path, part] of this.#parts) components.set(path, await pushedComponent(path, part));
    const app = components.get('');
    for (const name of this.#parts.keys()) {
      if (name) app?.definition.children.push({ name, definitionPath: name, env: {} });
    }
    return { functionsFolder: 'convex/', components };
  }

  /** Lets a component's functions run here, and inline ones be found. */
  #hostFunctions(
    component: ReturnType<LiveCode['components']> extends Iterable<infer C> ? C : never,
  ) {
    const part = this.#parts.get(component.path);
    const modules = async (path: string): Promise<Exports> =>
      path === inlineModule ? this.#inlineExports : loaded(part?.modules ?? {}, path);
    const find = component.function.bind(component);
    component.function = (path) => this.#inline.get(path) ?? find(path);
    // The classes differ in private parts only, which nobody outside of them uses.
    component.transactions = () => new HostRealm(modules) as unknown as TransactionRealm;
    component.actions = () => new HostActionRealm(modules) as unknown as ActionRealm;
    if (component.path === '') this.#app = component;
  }

  #app: LiveFunction['component'] | undefined;

  #addInline(kind: Kind, handler: Inline): string {
    if (!this.#app) throw new Error('unreachable: the app is there once the engine is');
    const exportName = `f${this.#inline.size}`;
    const make = { query: queryGeneric, mutation: mutationGeneric, action: actionGeneric }[kind];
    this.#inlineExports[exportName] = make({ handler } as never);
    this.#inline.set(exportName, {
      component: this.#app,
      path: 'inline',
      modulePath: inlineModule,
      exportName,
      kind,
      visibility: 'public',
      args: { type: 'any' },
      returns: null,
    });
    return exportName;
  }

  /** A timer each, so that a test's fake clock runs what is due. */
  #setTimers(engine: LocalEngine): void {
    for (const job of engine.jobs.due(Infinity, Infinity)) {
      if (this.#timed.has(job.id)) continue;
      this.#timed.add(job.id);
      setTimeout(() => this.#runJob(engine, job), Math.max(0, job.scheduledTimeMs - Date.now()));
    }
  }

  #runJob(engine: LocalEngine, job: DueJob): void {
    const running = engine.jobs[job.kind === 'mutation' ? 'runMutation' : 'runAction'](job);
    this.#running.add(running);
    void running.finally(() => this.#running.delete(running));
  }
}

function isReference(target: object): boolean {
  try {
    getFunctionAddress(target as FunctionReference<Kind>);
    return true;
  } catch {
    return false;
  }
}

const childReference = '_reference/childComponent/';

function addressOf(target: FunctionReference<Kind>): { path: string; componentPath?: string } {
  const address: { name?: string; reference?: string } = getFunctionAddress(target);
  if (address.name !== undefined) return { path: address.name };
  const [componentPath = '', ...steps] = String(address.reference)
    .slice(childReference.length)
    .split('/');
  return { componentPath, path: `${steps.slice(0, -1).join('/')}:${steps.at(-1)}` };
}

/** Convex's clients unwrap what the server says; the mock's tests look at the words inside. */
function valueOf(result: FunctionResult): Value {
  if (result.kind === 'success') return jsonToConvex(result.value);
  const [, head = result.errorMessage] =
    /^\[Request ID: .*?\] Server Error\n([^]*)$/.exec(result.errorMessage) ?? [];
  if (result.errorData !== undefined) throw new ConvexError(jsonToConvex(result.errorData));
  throw new Error(inMockWords(head.replace(/^(?:Uncaught (?:Error: )?)+/, '')));
}

function schemaJson(schema: Schema | undefined): SchemaJson | null {
  if (!schema) return null;
  // `export()` is what the CLI pushes; the library does not put it into its types.
  const json = JSON.parse((schema as unknown as { export(): string }).export()) as SchemaJson;
  // The runtime refuses them by name, and the suite has one schema for all its tests.
  return { ...json, tables: json.tables.map((table) => ({ ...table, vectorIndexes: [] })) };
}

/** `./convex/dir/mod.ts` -> `dir/mod.js`, by the folder that holds `_generated`. */
function moduleFiles(modules: Glob): Map<string, string> {
  const files = Object.keys(modules);
  const generated = files.find((file) => file.includes('_generated')) ?? '';
  const root = generated.slice(0, generated.indexOf('_generated'));
  return new Map(
    files
      .filter(
        (file) =>
          file.startsWith(root) && !/_generated|\.test\.|\.d\.ts|schema\.|config\./.test(file),
      )
      .map((file) => [file.slice(root.length).replace(/\.[jt]s$/, '.js'), file]),
  );
}

async function loaded(modules: Glob, path: string): Promise<Exports> {
  const file = moduleFiles(modules).get(path);
  if (file === undefined) throw new Error(`Could not find module for: "${path}"`);
  return (await modules[file]?.()) as Exports;
}

async function pushedComponent(path: string, { schema, modules }: Part): Promise<PushedComponent> {
  const all = new Map<string, Exports>();
  for (const file of moduleFiles(modules).keys()) {
    // Those of a component below are its own.
    if (path !== '' || !file.includes('/component/')) all.set(file, await loaded(modules, file));
  }
  const realm = {
    evaluate: (file: string, body: (exports: Exports) => unknown) => ({
      value: body(all.get(file) ?? {}),
    }),
  };
  const linked = [...all.keys()].map((file): [string, LinkedModule] => [
    file,
    { path: file, environment: 'isolate', sha256: '', code: '', map: null },
  ]);
  return {
    definition: { path, name: path, children: [], envVars: [], httpMounts: {} },
    schema: schemaJson(schema),
    modules: new Map(linked),
    analysis: analyzeModules(realm as unknown as TransactionRealm, all.keys()),
    serverVersion: '1.48.0',
  };
}
