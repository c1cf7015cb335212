import { errorBody, isErrorBody, type ErrorBody, type ErrorCode } from '../shared/error-codes';

/** An error of the closed code list, as pages know it. */
export class CodedError extends Error {
  readonly body: ErrorBody;

  constructor(body: ErrorBody) {
    super(body.message);
    this.name = 'CodedError';
    this.body = body;
  }
}

/** True for every error that carries a coded body, whichever side made it. */
export function hasErrorBody(value: unknown): value is Error & { body: ErrorBody } {
  return value instanceof Error && 'body' in value && isErrorBody(value.body);
}

/** Where the documentation says what a code means and what to do. */
export function errorEntryUrl(code: ErrorCode): string {
  return `/docs/errors#${code}`;
}

function nestedBody(error: object): ErrorBody | undefined {
  if (!('data' in error)) return undefined;
  const { data } = error;
  // ConvexError carries the body as `data`; a tRPC error inside it.
  if (isErrorBody(data)) return data;
  if (typeof data !== 'object' || data === null || !('error' in data)) return undefined;
  return isErrorBody(data.error) ? data.error : undefined;
}

/**
 * What went wrong, by code, from whatever was caught: our own errors, Convex's, tRPC's, a network
 * that is gone. Everything else is `INTERNAL`; unexpected texts are not for people.
 */
export function errorBodyOf(error: unknown): ErrorBody {
  if (hasErrorBody(error)) return error.body;
  if (typeof error === 'object' && error !== null) {
    const body = nestedBody(error);
    if (body) return body;
  }
  const cause = error instanceof Error ? error.cause : undefined;
  if (error instanceof TypeError || cause instanceof TypeError) {
    const message = 'The server cannot be reached. Check the connection and try again.';
    return errorBody('INTERNAL', { message });
  }
  return errorBody('INTERNAL');
}
