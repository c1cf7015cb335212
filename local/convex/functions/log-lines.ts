import { inspect } from 'node:util';

/** Convex cuts lines of this length and says so. */
const lineCharsMax = 32_768;
/** Lines kept per call, as on Convex. */
export const logLinesMax = 256;

/** What `console.log(...args)` prints: strings quoted, anything else as an inspector shows it. */
export function formatLogArgs(args: readonly unknown[]): string {
  const line = args
    .map((arg) =>
      typeof arg === 'string' ? `'${arg}'` : inspect(arg, { depth: 5, breakLength: 120 }),
    )
    .join(' ');
  return line.length > lineCharsMax
    ? `${line.slice(0, lineCharsMax)} (truncated due to length)`
    : line;
}

/** A log line as clients parse it: `[LEVEL] text`. */
export function logLine(level: string, text: string): string {
  return `[${level.toUpperCase()}] ${text}`;
}
