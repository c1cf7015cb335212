import { createTRPCClient, httpLink } from '@trpc/client';
import { createTRPCContext } from '@trpc/tanstack-react-query';
import superjson from 'superjson';
import type { AppRouter } from './server/routers/app';
import { sessionToken } from './lib/session-token';

export const { TRPCProvider, useTRPC } = createTRPCContext<AppRouter>();

/** Commands go one by one to the server; each carries a session token that has not expired. */
export function createCommandClient() {
  return createTRPCClient<AppRouter>({
    links: [
      httpLink({
        url: '/api/trpc',
        transformer: superjson,
        async headers() {
          const token = await sessionToken();
          return token ? { authorization: `Bearer ${token}` } : {};
        },
      }),
    ],
  });
}
