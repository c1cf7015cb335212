import type { ActionHost } from '../functions/action-realm';
import { OperationError } from '../functions/call-operations';
import { FunctionFailure } from '../functions/user-errors';
import { identityJson, type CallContext } from './call-context';
import type { Json, JsonObject } from './contract';
import { handleOf, requireKind, resolveAddress } from './function-address';
import type { LiveFunction } from './live-code';
import { RunningAhead, type Ahead } from './running-ahead';
import { deploymentMetadata, functionMetadata, requestMetadata } from './transaction-operations';
import { unsupportedOperation } from './unsupported';

/** What an action may ask of the engine: each is a transaction, or an action, of its own. */
export interface ActionServices {
  query(fn: LiveFunction, args: Json, context: CallContext): Promise<string>;
  /** With `ahead`, the action is told before the mutation is on disk. */
  mutation(fn: LiveFunction, args: Json, context: CallContext, ahead?: Ahead): Promise<string>;
  action(fn: LiveFunction, args: Json, context: CallContext): Promise<string>;
  schedule(
    job: { owner: string; fn: LiveFunction; args: Json; scheduledTimeMs: number },
    context: CallContext,
  ): Promise<string>;
  cancel(owner: string, id: string, context: CallContext): Promise<void>;
}

interface ActionOptions {
  /** What it knows itself by; an HTTP action logs by its route. */
  name?: string;
  /** Whether it may go on before its mutations are on disk. */
  goesAhead?: boolean;
}

type Operation = (call: ActionCall, args: JsonObject) => Promise<string> | string;

/** One action or HTTP action at work. */
export class ActionCall implements ActionHost {
  readonly name: string;
  #isOver = false;
  readonly #ahead = new RunningAhead();
  #goesAhead: boolean;

  constructor(
    readonly fn: Pick<LiveFunction, 'component' | 'path'>,
    readonly context: CallContext,
    readonly services: ActionServices,
    { name = fn.path, goesAhead = false }: ActionOptions = {},
  ) {
    this.name = name;
    this.#goesAhead = goesAhead;
  }

  get path(): string {
    return this.fn.path;
  }

  /** What the action left running is refused from now on. */
  end(): void {
    this.#isOver = true;
  }

  log(level: string, line: string): void {
    this.context.logs.add(this.fn.path, level, line);
  }

  unsaved(): Promise<void> | undefined {
    return this.#ahead.landed();
  }

  stopGoingAhead(): void {
    this.#goesAhead = false;
  }

  mutate({ fn, args }: { fn: LiveFunction; args: Json }): Promise<string> {
    const { services, context } = this;
    if (!this.#goesAhead) return services.mutation(fn, args, context);
    return this.#ahead.mutation((ahead) => services.mutation(fn, args, context, ahead));
  }

  async asyncSyscall(op: string, json: string): Promise<string> {
    if (this.#isOver) {
      this.log(
        'warn',
        `1 unawaited operation: [${op.replace('1.0/', '')}]. It was refused: ${this.fn.path} had already returned.`,
      );
      throw new OperationError(
        `${op} was asked for after ${this.fn.path} had returned. Await every operation before returning.`,
      );
    }
    const operation = operations[op];
    if (!operation) throw new OperationError(unsupportedOperation(op));
    try {
      this.#ahead.check();
      return await operation(this, JSON.parse(json) as JsonObject);
    } catch (error) {
      if (error instanceof FunctionFailure) throw new OperationError(error.message, error.dataJson);
      throw error;
    }
  }

  resolve(address: JsonObject): LiveFunction {
    return resolveAddress(this.context.code, this.fn.component, address);
  }

  target(args: JsonObject, kind: LiveFunction['kind']): { fn: LiveFunction; args: Json } {
    const fn = this.resolve(args);
    requireKind(fn, kind);
    return { fn, args: args['args'] ?? {} };
  }
}

const operations: Record<string, Operation> = {
  '1.0/actions/query': (call, json) => {
    const { fn, args } = call.target(json, 'query');
    return call.services.query(fn, args, call.context);
  },
  '1.0/actions/mutation': (call, json) => call.mutate(call.target(json, 'mutation')),
  '1.0/actions/action': async (call, json) => {
    const { fn, args } = call.target(json, 'action');
    // The other action sends out what it likes.
    await call.unsaved();
    return call.services.action(fn, args, call.context);
  },
  '1.0/actions/schedule': async (call, { ts, args, ...address }) => {
    const job = {
      owner: call.fn.component.path,
      fn: call.resolve(address),
      args: args ?? {},
      scheduledTimeMs: Number(ts) * 1000,
    };
    await call.unsaved();
    return JSON.stringify(await call.services.schedule(job, call.context));
  },
  '1.0/actions/cancel_job': async (call, { id }) => {
    if (typeof id !== 'string')
      throw new OperationError('cancel() takes the id of a scheduled function.');
    await call.unsaved();
    await call.services.cancel(call.fn.component.path, id, call.context);
    return 'null';
  },
  '1.0/createFunctionHandle': (call, address) => JSON.stringify(handleOf(call.resolve(address))),
  '1.0/getUserIdentity': ({ context, fn }) =>
    JSON.stringify(identityJson(context.identity, fn.component.path)),
  '1.0/getFunctionMetadata': ({ fn, name }) =>
    JSON.stringify(functionMetadata({ ...fn, path: name })),
  '1.0/getDeploymentMetadata': ({ context }) => JSON.stringify(deploymentMetadata(context)),
  '1.0/getRequestMetadata': ({ context }) => JSON.stringify(requestMetadata(context)),
};
