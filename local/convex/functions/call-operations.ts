/** How a call answers operations. */
export interface CallHost {
  syscall(op: string, json: string): string;
  /** True for operations without side effects or nested calls: they may run inside the slice. */
  isImmediate(op: string): boolean;
  /** Throws `OperationError` to reject the function's promise. */
  asyncSyscall(op: string, json: string): string | Promise<string>;
  log(level: string, line: string): void;
  /** Unix ms, the same for the whole call. */
  readonly nowMs: number;
  random(): number;
}

/** A failed operation as the calling function gets it; `dataJson` makes it a `ConvexError`. */
export class OperationError extends Error {
  constructor(
    message: string,
    readonly dataJson?: string,
  ) {
    super(message);
  }
}

/** An operation the function waits for. */
export interface PendingOperation {
  op: string;
  json: string;
  resolve: (json: string) => void;
  reject: (message: string, dataJson?: string) => void;
}

/** What the next turn of a call begins with. */
export type Continuation = () => void;

/** Performs operations one after the other: nested calls of one function never overlap. */
export function performAll(
  operations: readonly PendingOperation[],
  host: CallHost,
): Continuation | Promise<Continuation> {
  const settled: Continuation[] = [];
  const settleAll = () => {
    for (const settle of settled) settle();
  };
  for (const [at, operation] of operations.entries()) {
    try {
      const json = host.asyncSyscall(operation.op, operation.json);
      if (json instanceof Promise) {
        return performRest(json, operations.slice(at), host, settled).then(() => settleAll);
      }
      settled.push(() => operation.resolve(json));
    } catch (error) {
      settled.push(rejection(operation, error));
    }
  }
  return settleAll;
}

/** As `performAll`, once an operation has to be waited for; `running` is the first one's answer. */
async function performRest(
  running: Promise<string>,
  operations: readonly PendingOperation[],
  host: CallHost,
  settled: Continuation[],
): Promise<void> {
  for (const [at, operation] of operations.entries()) {
    try {
      const json = await (at === 0 ? running : host.asyncSyscall(operation.op, operation.json));
      settled.push(() => operation.resolve(json));
    } catch (error) {
      settled.push(rejection(operation, error));
    }
  }
}

export function rejection(operation: PendingOperation, error: unknown): Continuation {
  const dataJson = error instanceof OperationError ? error.dataJson : undefined;
  return () => operation.reject(messageOf(error), dataJson);
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
