import { randomUUID } from 'node:crypto';
import { storedValidators } from '../functions/commit-ts';
import { LiveCode, type LiveComponent } from '../engine/live-code';
import type { AuthProvider, Json, JsonObject } from '../engine/contract';
import {
  StoreError,
  type ReadTransaction,
  type Store,
  type WriteTransaction,
} from '../store/contract';
import { evaluateAuthConfig } from './auth-config';
import type { Env } from './environment';
import { functionSpec } from './function-spec';
import { evaluatePush } from './evaluate-push';
import { startPushAnswer } from './push-answer';
import { finishPushAnswer, indexDiff } from './push-diff';
import { PushError } from './push-error';
import { parseFinishPush, parseStartPush, parseWaitForSchema } from './push-request';
import type { PushedCode } from './pushed-code';
import { schemaPrediction } from './schema-prediction';
import { savePush } from './saved-push';
import { exportSnapshot, importSnapshot } from '../snapshot/snapshot';
import { tableData } from './table-data';
import type { DataRequest } from '../http/deploy-api';

/** What is live: replaced as a whole. */
export interface Deployment {
  code: LiveCode;
  authProviders: AuthProvider[];
}

export interface DeployerParts {
  store: Store;
  live(): Deployment | undefined;
  /** The deployment's environment, platform variables included. */
  env(): Env;
  /** Changes with every change of code or environment. */
  generation(): number;
  /** Makes a push live, once it is durable. */
  replace(deployment: Deployment): void;
}

interface PendingPush {
  deployment: Deployment;
  generation: number;
}

/** Pushes evaluated and not finished; the command line finishes one within seconds. */
const pendingMax = 8;

/**
 * The logic behind the official deploy API. Nothing changes until `finishPush`, which checks and
 * indexes all data against the new schemas and saves the code in one transaction: a push that
 * fails leaves the old one live.
 */
export class Deployer {
  readonly #pending = new Map<string, PendingPush>();

  constructor(private readonly parts: DeployerParts) {}

  async getConfigHashes(): Promise<JsonObject> {
    const app = this.parts.live()?.code.pushed.components.get('');
    return {
      config: { functions: this.parts.live()?.code.pushed.functionsFolder ?? 'convex/' },
      moduleHashes: [...(app?.modules.values() ?? [])].map(({ path, environment, sha256 }) => ({
        path,
        environment,
        hash: sha256,
      })),
      nodeDependencies: [],
      udfServerVersion: app?.serverVersion ?? null,
    };
  }

  async startPush(body: unknown): Promise<JsonObject> {
    const { deployment, generation, env } = await this.#evaluate(body);
    const pushId = randomUUID();
    for (const old of [...this.#pending.keys()].slice(0, -(pendingMax - 1)))
      this.#pending.delete(old);
    this.#pending.set(pushId, { deployment, generation });
    return startPushAnswer(deployment.code.pushed, {
      env,
      authProviders: deployment.authProviders,
      schemaChange: { ...this.#schemaChange(deployment.code), pushId },
    });
  }

  /** A push checked and forgotten. */
  async evaluatePush(body: unknown): Promise<JsonObject> {
    const { deployment } = await this.#evaluate(body);
    return { schemaChange: this.#schemaChange(deployment.code) };
  }

  async evaluateSchema(body: unknown): Promise<JsonObject> {
    const { deployment } = await this.#evaluate(body);
    const live = this.parts.live()?.code;
    const { value } = await this.parts.store.read((tx) =>
      schemaPrediction(tx, live, deployment.code),
    );
    return value;
  }

  /** What `convex function-spec` lists. */
  functionSpec(componentPath: string): Json {
    const component = this.parts.live()?.code.component(componentPath);
    return component ? functionSpec(component) : [];
  }

  async tableData(componentPath: string, request: DataRequest): Promise<Json> {
    const { value } = await this.parts.store.read((tx) => tableData(tx, componentPath, request));
    return value;
  }

  async exportSnapshot(): Promise<Uint8Array> {
    return (await this.parts.store.read(exportSnapshot)).value;
  }

  async importSnapshot(zip: Uint8Array): Promise<Json> {
    return (await this.parts.store.write((tx) => importSnapshot(tx, zip))).value;
  }

  async waitForSchema(body: unknown): Promise<JsonObject> {
    const request = parseWaitForSchema(body);
    const { deployment } = this.#take(request.schemaChange.pushId);
    const { value } = await this.parts.store.read((tx) => firstSchemaFailure(tx, deployment.code));
    return value ?? { type: 'complete' };
  }

  async finishPush(body: unknown): Promise<JsonObject> {
    const request = parseFinishPush(body);
    const { pushId } = request.startPush.schemaChange;
    const { deployment } = this.#take(pushId);
    const live = this.parts.live();
    const before = {
      code: live?.code,
      auth: live?.authProviders ?? [],
      mounted: new Set((await this.parts.store.read((tx) => tx.namespaces())).value),
    };
    if (!request.dryRun) {
      await this.parts.store.write((tx) => applyPush(tx, deployment.code));
      this.#pending.delete(pushId);
      this.parts.replace(deployment);
    }
    return finishPushAnswer(before, { code: deployment.code, auth: deployment.authProviders });
  }

  async #evaluate(body: unknown): Promise<PendingPush & { env: Env }> {
    const request = parseStartPush(body);
    const generation = this.parts.generation();
    const env = this.parts.env();
    const previous = this.parts.live()?.code.pushed.components.get('')?.modules ?? new Map();
    const pushed = await evaluatePush(request, { env, previous });
    return { deployment: deploymentOf(pushed, env), generation, env };
  }

  #take(pushId: string): PendingPush {
    const pending = this.#pending.get(pushId);
    if (pending?.generation === this.parts.generation()) return pending;
    throw new PushError(
      'RaceDetected',
      'The deployed code or its environment changed during this push. Push again.',
    );
  }

  #schemaChange(code: LiveCode): JsonObject {
    const indexDiffs: JsonObject = {};
    for (const { path, pushed } of code.components()) {
      const old = this.parts.live()?.code.component(path)?.pushed.schema ?? null;
      indexDiffs[path] = indexDiff(old, pushed.schema);
    }
    return { allocatedComponentIds: {}, schemaIds: {}, indexDiffs };
  }
}

/** Builds what a push will be when live; throws `PushError` when its environment does not do. */
export function deploymentOf(pushed: PushedCode, env: Env): Deployment {
  const modules = pushed.components.get('')?.modules ?? new Map();
  return {
    code: new LiveCode(pushed, env),
    authProviders: evaluateAuthConfig(modules, { env }),
  };
}

function firstSchemaFailure(tx: ReadTransaction, code: LiveCode): JsonObject | undefined {
  for (const component of code.components()) {
    try {
      tx.namespace(component.path).validateSchema(storedSchema(component));
    } catch (error) {
      if (!isSchemaError(error)) throw error;
      return {
        type: 'failed',
        error: error.message,
        componentPath: component.path,
        tableName: null,
      };
    }
  }
  return undefined;
}

function applyPush(tx: WriteTransaction, code: LiveCode): Json {
  for (const component of code.components()) {
    try {
      tx.applySchema(component.path, storedSchema(component));
    } catch (error) {
      if (!isSchemaError(error)) throw error;
      const where = component.path === '' ? '' : ` in component "${component.path}"`;
      throw new PushError(error.code, `Schema validation failed${where}: ${error.message}`, {
        cause: error,
      });
    }
  }
  savePush(tx, code.pushed);
  return null;
}

function storedSchema(component: LiveComponent) {
  return storedValidators(component.pushed.schema);
}

function isSchemaError(
  error: unknown,
): error is StoreError & { code: 'SchemaMismatch' | 'InvalidSchema' } {
  return (
    error instanceof StoreError &&
    (error.code === 'SchemaMismatch' || error.code === 'InvalidSchema')
  );
}
