import type { Json, JsonObject } from './contract';
import { mentionsCommitTs, resolveCommitTs } from '../functions/commit-ts';
import { OperationError, type CallHost } from '../functions/call-operations';
import { FunctionFailure } from '../functions/user-errors';
import {
  StoreError,
  type QueryStream,
  type ReadTransaction,
  type WriteTransaction,
} from '../store/contract';
import { asyncOperations, immediateOperations, syncOperations } from './transaction-operations';
import type { TransactionContext } from './call-context';
import type { LiveFunction } from './live-code';
import { unsupportedOperation } from './unsupported';

export type AnyTransaction = ReadTransaction | WriteTransaction;

export interface Nesting {
  depth: number;
  /** `ctx.runQuery` and `ctx.runMutation`. */
  run(parent: TransactionCall, args: JsonObject): string | Promise<string>;
}

/** One query or mutation at work in a transaction: answers the operations its code asks for. */
export class TransactionCall implements CallHost {
  readonly streams = new Map<number, QueryStream>();
  #streamsMade = 0;
  #pages = 0;

  constructor(
    readonly tx: AnyTransaction,
    readonly fn: LiveFunction,
    readonly context: TransactionContext,
    private readonly nesting: Nesting,
  ) {}

  /** How many calls lie around this one. */
  get depth(): number {
    return this.nesting.depth;
  }

  runNested(args: JsonObject): string | Promise<string> {
    return this.nesting.run(this, args);
  }

  get nowMs(): number {
    return this.context.nowMs;
  }

  random(): number {
    return this.context.random();
  }

  log(level: string, line: string): void {
    this.context.logs.add(this.fn.path, level, line);
  }

  isImmediate(op: string): boolean {
    return immediateOperations.has(op);
  }

  syscall(op: string, json: string): string {
    const operation = syncOperations[op];
    if (!operation) throw new Error(unsupportedOperation(op));
    return operation(this, this.#args(json));
  }

  asyncSyscall(op: string, json: string): string | Promise<string> {
    const operation = asyncOperations[op];
    if (!operation) throw new Error(unsupportedOperation(op));
    try {
      const answer = operation(this, this.#args(json));
      return typeof answer === 'string'
        ? answer
        : answer.catch((error: unknown) => this.#refuse(error));
    } catch (error) {
      return this.#refuse(error);
    }
  }

  /** The transaction, when this call may write in it. */
  writable(): WriteTransaction {
    if (this.fn.kind !== 'mutation') {
      throw new Error(`${this.fn.path} is a query and cannot write. Use a mutation.`);
    }
    return this.tx as WriteTransaction;
  }

  addStream(stream: QueryStream): number {
    this.#streamsMade += 1;
    this.streams.set(this.#streamsMade, stream);
    return this.#streamsMade;
  }

  /** Convex keeps one cursor per function: the sync protocol could not say which is meant. */
  countPage(): void {
    if (this.fn.component.path !== '') {
      throw new Error(
        'paginate() is only supported in the app, not in components. Use paginator() of convex-helpers.',
      );
    }
    this.#pages += 1;
    if (this.#pages > 1) {
      throw new Error(
        `This query or mutation function ran multiple paginated queries. Convex only supports a single paginated query in each function.`,
      );
    }
  }

  closeStreams(): void {
    for (const stream of this.streams.values()) stream.close();
    this.streams.clear();
  }

  #args(json: string): JsonObject {
    const args = JSON.parse(json) as Json;
    // The library sends objects only.
    return (mentionsCommitTs(json) ? resolveCommitTs(args, this.tx.ts) : args) as JsonObject;
  }

  #refuse(error: unknown): never {
    if (error instanceof FunctionFailure) throw new OperationError(error.message, error.dataJson);
    if (error instanceof StoreError && error.code === 'LimitExceeded') this.context.fatal ??= error;
    throw error;
  }
}
