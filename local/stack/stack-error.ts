/** Something that keeps the stack from starting or running, with what to do about it. */
export class StackError extends Error {
  override name = 'StackError';
  readonly wayOut: string;
  /** The last lines of the part that failed, where there are any. */
  readonly lastLines: readonly string[];

  constructor(message: string, wayOut: string, lastLines: readonly string[] = []) {
    super(message);
    this.wayOut = wayOut;
    this.lastLines = lastLines;
  }
}

/** One message for the terminal: what happened, the evidence, the way out. */
export function describeError(error: unknown): string {
  if (!(error instanceof StackError)) {
    return error instanceof Error ? (error.stack ?? error.message) : String(error);
  }
  const evidence = error.lastLines.map((line) => `    ${line}`);
  return [error.message, ...evidence, error.wayOut].join('\n');
}
