import pino from 'pino';
import { serverEnv } from '../env.server';

/** Everything that could carry a secret is cut out before a line is written, wherever it sits. */
const redactedPaths = [
  'authorization',
  'cookie',
  'token',
  'jwt',
  'password',
  'secret',
  'secretKey',
  'apiKey',
  'api_key',
  'api_token',
  'envelope',
  'headers.authorization',
  'headers.cookie',
  'headers["set-cookie"]',
  'headers["svix-signature"]',
].flatMap((path) => [path, `*.${path}`]);

/** Longest text of an unexpected error that is kept; the rest is noise. */
const errorTextCharsMax = 2_000;

/** Cuts out what looks like a Clerk or Svix secret or a JWT inside free text. */
export function scrub(text: string): string {
  return text
    .replace(/\b(sk_(?:test|live)_|whsec_|rc_[0-9a-z]{16}_)[A-Za-z0-9+/=_-]+/g, '$1[redacted]')
    .replace(/\beyJ[\w-]+\.[\w-]+\.[\w-]*/g, '[redacted jwt]')
    .slice(0, errorTextCharsMax);
}

/** An error as a log field: name, scrubbed message and stack. */
export function errorField(error: unknown): { name: string; message: string; stack?: string } {
  if (!(error instanceof Error)) return { name: typeof error, message: scrub(String(error)) };
  return {
    name: error.name,
    message: scrub(error.message),
    stack: error.stack === undefined ? undefined : scrub(error.stack),
  };
}

export function createLogger(level: string, destination?: pino.DestinationStream): pino.Logger {
  return pino(
    {
      level,
      base: { service: 'web' },
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: redactedPaths, censor: '[redacted]' },
    },
    destination,
  );
}

let shared: pino.Logger | undefined;

export function logger(): pino.Logger {
  shared ??= createLogger(serverEnv().LOG_LEVEL);
  return shared;
}

/**
 * The one wide log event of a request. Parts of the server add what they know; it is written once,
 * when the response is there.
 */
export interface RequestEvent {
  requestId: string;
  method: string;
  /** Path only: a query string may hold names people searched for. */
  path: string;
  userId?: string;
  procedure?: string;
  /** The code of an expected failure. */
  code?: string;
  /** An unexpected failure. */
  error?: ReturnType<typeof errorField>;
  /** Why Convex or Clerk could not be used. */
  trouble?: string;
}

export function writeRequestEvent(
  log: pino.Logger,
  event: RequestEvent,
  outcome: { status: number; durationMs: number },
): void {
  const fields = { ...event, ...outcome };
  if (event.error || outcome.status >= 500) log.error(fields, 'request');
  else log.info(fields, 'request');
}
