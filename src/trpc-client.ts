import { createTRPCClient, httpLink } from '@trpc/client';
import { createTRPCOptionsProxy, type TRPCOptionsProxy } from '@trpc/tanstack-react-query';
import type { QueryClient } from '@tanstack/react-query';
import superjson from 'superjson';
import { sessionToken } from './lib/session-token';
import type { AppRouter } from './server/routers/app';

const client = createTRPCClient<AppRouter>({
  links: [
    httpLink({
      url: '/api/trpc',
      transformer: superjson,
      /** Each command carries a session token that has not expired. */
      async headers() {
        const token = await sessionToken();
        return token ? { authorization: `Bearer ${token}` } : {};
      },
    }),
  ],
});

/**
 * The commands as TanStack Query mutations. Imported only by parts of pages that are loaded when
 * somebody is about to do something: reading a page needs none of it.
 */
export function commandsFor(queryClient: QueryClient): TRPCOptionsProxy<AppRouter> {
  return createTRPCOptionsProxy<AppRouter>({ client, queryClient });
}
