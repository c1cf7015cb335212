import { ConvexHttpClient } from 'convex/browser';
import { ConvexError } from 'convex/values';
import { isErrorBody } from '../shared/error-codes';
import { AppError } from './app-error';

/** A query or mutation that takes longer is given up: the person is waiting. */
export const convexTimeoutMs = 15_000;

/** The status with which Convex says that the function itself threw. */
const functionThrewStatus = 560;

async function fetchConvex(input: RequestInfo | URL, init?: RequestInit): Promise<Response> {
  const signal = AbortSignal.timeout(convexTimeoutMs);
  let response: Response;
  try {
    response = await fetch(input, { ...init, signal });
  } catch (cause) {
    throw new AppError('CONVEX_UNAVAILABLE', {}, cause);
  }
  if (response.status === 401 || response.status === 403) {
    const cause = new Error(`Convex refused the token: ${await response.text()}`);
    // The person is signed in, or there would be no token: signing in again does not help.
    throw new AppError('TOKEN_REFUSED', {}, cause);
  }
  if (response.status >= 500 && response.status !== functionThrewStatus) {
    const cause = new Error(`Convex answered ${response.status}: ${await response.text()}`);
    throw new AppError('CONVEX_UNAVAILABLE', {}, cause);
  }
  return response;
}

/**
 * A Convex client that acts with one caller's own token. Never shared between requests: it is
 * stateful. Throws `AppError` when Convex does not answer or refuses the token.
 */
export function convexAs(url: string, token: string): ConvexHttpClient {
  return new ConvexHttpClient(url, { auth: token, logger: false, fetch: fetchConvex });
}

/**
 * Convex's own check of arguments. Shapes were checked before they went there; what is left to find
 * is an id of no table of ours, which is a bad request and no failure of ours. A production
 * deployment of Convex Cloud hides the text, and so the difference.
 */
function isArgumentRefusal(error: unknown): boolean {
  return error instanceof Error && error.message.includes('ArgumentValidationError');
}

/** Any failure of a call into Convex or Clerk as our own error; codes pass through unchanged. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  if (error instanceof ConvexError) {
    const data: unknown = error.data;
    if (isErrorBody(data)) return AppError.from(data, error);
  }
  if (isArgumentRefusal(error)) return new AppError('INVALID_INPUT', {}, error);
  return new AppError('INTERNAL', {}, error);
}
