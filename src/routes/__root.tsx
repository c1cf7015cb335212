import type { ConvexQueryClient } from '@convex-dev/react-query';
import { QueryClientProvider, type QueryClient } from '@tanstack/react-query';
import { createRootRouteWithContext, HeadContent, Outlet, Scripts } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { appConfig } from '../../app.config';
import { Toasts } from '../components/toasts';
import { runtimeConfig } from '../env';
import { SessionProvider } from '../lib/clerk-provider';
import { columnsScript } from '../lib/column-choice';
import { ConvexAuthProvider } from '../lib/convex-auth';
import { earlyKeysScript } from '../lib/early-keys';
import { earlyPressScript } from '../lib/early-press';
import { FollowTheme, themeScript } from '../lib/theme';
import { TimeZoneProvider, timeZoneScript } from '../lib/time-zone';
import { pageNonce, viewerTimeZone } from '../server/page-request.functions';
import stylesUrl from '../styles.css?url';

interface RouterContext {
  convexQueryClient: ConvexQueryClient;
  queryClient: QueryClient;
  /** Lets the live connection begin. */
  openSocket: () => void;
}

/** Everything the page must know before its modules run. `<` is escaped: this is inside a script. */
function headScript(): string {
  const config = JSON.stringify(runtimeConfig()).replaceAll('<', '\\u003c');
  return `${themeScript};${timeZoneScript};${earlyPressScript};${earlyKeysScript};${columnsScript};window.__rollcall=${config}`;
}

export const Route = createRootRouteWithContext<RouterContext>()({
  beforeLoad: () => ({ timeZone: viewerTimeZone() }),
  head: () => ({
    meta: [
      { charSet: 'utf-8' },
      { name: 'viewport', content: 'width=device-width, initial-scale=1' },
      { title: appConfig.name },
      { name: 'description', content: 'Who is who, and who may do what.' },
      { name: 'color-scheme', content: 'light dark' },
    ],
    links: [
      { rel: 'stylesheet', href: stylesUrl },
      { rel: 'icon', href: '/favicon.svg', type: 'image/svg+xml' },
    ],
    scripts: [{ children: headScript() }],
  }),
  shellComponent: Document,
  component: App,
});

function Document({ children }: { children: ReactNode }) {
  const nonce = pageNonce();
  return (
    // The theme's class is set before React comes to the page.
    <html lang="en" suppressHydrationWarning>
      <head>
        {nonce && <meta property="csp-nonce" content={nonce} />}
        <HeadContent />
      </head>
      <body className="min-h-dvh font-sans">
        {children}
        <Scripts />
      </body>
    </html>
  );
}

function App() {
  const { convexQueryClient, queryClient, openSocket, timeZone } = Route.useRouteContext();
  return (
    <TimeZoneProvider zone={timeZone}>
      <FollowTheme />
      <SessionProvider>
        <ConvexAuthProvider client={convexQueryClient.convexClient} onToken={openSocket}>
          <QueryClientProvider client={queryClient}>
            <Outlet />
            <Toasts />
          </QueryClientProvider>
        </ConvexAuthProvider>
      </SessionProvider>
    </TimeZoneProvider>
  );
}
