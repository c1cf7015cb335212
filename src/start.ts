import { createSerializationAdapter } from '@tanstack/react-router';
import { createIsomorphicFn, createMiddleware, createStart } from '@tanstack/react-start';
import { CodedError, hasErrorBody } from './lib/coded-error';
import { sessionToken } from './lib/session-token';
import { csrfMiddleware, sessionMiddleware } from './server/request-middleware';
import type { ErrorBody } from './shared/error-codes';

/** Middleware that exists on the server only; this file is part of the browser's bundle too. */
const serverMiddleware = createIsomorphicFn()
  .server(() => [csrfMiddleware(), sessionMiddleware()])
  .client(() => []);

/** A server function called after a long pause carries a fresh token, not the page's old cookie. */
const freshSession = createMiddleware({ type: 'function' }).client(async ({ next }) => {
  const token = await sessionToken();
  return next(token ? { headers: { authorization: `Bearer ${token}` } } : {});
});

/** Lets coded errors cross from server to browser as what they are. */
const codedErrors = createSerializationAdapter({
  key: 'rollcall-coded-error',
  test: hasErrorBody,
  toSerializable: (error): ErrorBody => error.body,
  fromSerializable: (body: ErrorBody) => new CodedError(body),
});

export const startInstance = createStart(() => ({
  requestMiddleware: serverMiddleware(),
  functionMiddleware: [freshSession],
  serializationAdapters: [codedErrors],
}));
