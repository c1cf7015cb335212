import { ConvexQueryClient } from '@convex-dev/react-query';
import { QueryClient } from '@tanstack/react-query';
import { createRouter } from '@tanstack/react-router';
import { setupRouterSsrQueryIntegration } from '@tanstack/react-router-ssr-query';
import { ErrorPage } from './components/error-page';
import { NotFoundPage } from './components/not-found-page';
import { runtimeConfig } from './env';
import { errorBodyOf } from './lib/coded-error';
import { createSocketGate } from './lib/gated-socket';
import { routeTree } from './routeTree.gen';
import { serverQuery } from './server/live-query.functions';
import { pageNonce } from './server/page-request.functions';

/** How long a query nobody looks at any more stays subscribed: a step back is instant. */
const unwatchedForMs = 20_000;

function createClients() {
  const gate = typeof WebSocket === 'undefined' ? undefined : createSocketGate(WebSocket);
  const convexQueryClient = new ConvexQueryClient(runtimeConfig().convexUrl, {
    // Queries wait for the sign-in instead of being asked once as nobody and once as somebody.
    expectAuth: true,
    unsavedChangesWarning: false,
    ...(gate && { webSocketConstructor: gate.Gated }),
  });
  const onServer = serverQuery();
  const live = convexQueryClient.queryFn();
  const queryClient: QueryClient = new QueryClient({
    defaultOptions: {
      queries: {
        queryKeyHashFn: convexQueryClient.hashFn(),
        queryFn: onServer
          ? ({ queryKey }) =>
              // Keys of Convex queries are ['convexQuery', name, args]; pages have no others.
              onServer(queryClient, String(queryKey[1]), queryKey[2] as Record<string, unknown>)
          : live,
        retry: false,
        ...(onServer ? {} : { gcTime: unwatchedForMs }),
      },
    },
  });
  convexQueryClient.connect(queryClient);
  return { convexQueryClient, queryClient, openSocket: gate?.open ?? (() => {}) };
}

export function getRouter() {
  const { convexQueryClient, queryClient, openSocket } = createClients();
  const router = createRouter({
    routeTree,
    context: { convexQueryClient, queryClient, openSocket },
    defaultPreload: 'intent',
    defaultPreloadStaleTime: 0,
    defaultErrorComponent: ({ error, reset }) => (
      <ErrorPage error={errorBodyOf(error)} reset={reset} />
    ),
    defaultNotFoundComponent: NotFoundPage,
    scrollRestoration: true,
    ssr: { nonce: pageNonce() },
  });
  setupRouterSsrQueryIntegration({
    router,
    queryClient,
    dehydrateOptions: { shouldDehydrateQuery: (query) => query.state.status === 'success' },
  });
  return router;
}

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof getRouter>;
  }
}
