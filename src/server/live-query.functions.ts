import { createIsomorphicFn } from '@tanstack/react-start';
import { makeFunctionReference } from 'convex/server';
import { requireCaller, type Caller } from './caller';
import { toAppError } from './convex-client';
import { annotateRequest } from './request-event';

/** One token and one client per request, however many queries its page needs. */
const clients = new WeakMap<object, ReturnType<Caller['convex']>>();

/**
 * Runs a Convex query with the caller's own token while a page is rendered on the server. In the
 * browser it is absent: there queries go over the live connection.
 */
export const serverQuery = createIsomorphicFn()
  .server(
    () =>
      async (scope: object, name: string, args: Record<string, unknown>): Promise<unknown> => {
        try {
          let client = clients.get(scope);
          if (!client) {
            client = requireCaller().then((caller) => caller.convex());
            clients.set(scope, client);
          }
          return await (await client).query(makeFunctionReference<'query'>(name), args);
        } catch (error) {
          const appError = toAppError(error);
          annotateRequest({ code: appError.body.code });
          throw appError;
        }
      },
  )
  .client(() => undefined);
