/**
 * An answer that is not a result: `{code, message}` with an HTTP status, the form of Convex's own
 * errors. User errors are 4xx; the official command line retries 5xx and 404 for minutes.
 */
export class HttpError extends Error {
  override readonly name = 'HttpError';

  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
  ) {
    super(message);
  }
}
