import { useAuth } from '@clerk/tanstack-react-start';
import { useQuery } from '@tanstack/react-query';
import { Outlet, useRouter } from '@tanstack/react-router';
import { useConvexAuth } from 'convex/react';
import { useEffect, type ReactNode } from 'react';
import { AppShell } from './app-shell';
import { ErrorPage } from '../../components/error-page';
import { errorBodyOf } from '../../lib/coded-error';
import { viewerQuery, type Viewer } from '../../lib/live';
import { errorBody } from '../../shared/error-codes';

type Standing =
  | { kind: 'in'; viewer: Viewer }
  | { kind: 'signedOut' }
  | { kind: 'cutOff' }
  /** Clerk says signed in, Convex does not accept its token (or Clerk gives none). */
  | { kind: 'refused' };

/** Follows the viewer's row: what it says counts at once, whatever the page was about to show. */
function useStanding(): Standing {
  const { isLoaded, isSignedIn } = useAuth();
  const { isLoading, isAuthenticated } = useConvexAuth();
  const { data: viewer, error } = useQuery(viewerQuery);
  if (isLoaded && !isSignedIn) return { kind: 'signedOut' };
  const refused = error !== null && errorBodyOf(error).code === 'ACCOUNT_INACTIVE';
  if (viewer?.isActive === false || refused) return { kind: 'cutOff' };
  // Before the missing row: to somebody who is nobody Convex shows none.
  if (isLoaded && !isLoading && !isAuthenticated) return { kind: 'refused' };
  if (!viewer) return { kind: 'cutOff' };
  return { kind: 'in', viewer };
}

/**
 * The page around everything for signed-in people, with what is at hand `everywhere`; blank from the moment somebody is cut off.
 */
export function SignedInLayout({ everywhere }: { everywhere?: ReactNode }) {
  const standing = useStanding();
  const router = useRouter();
  const { kind } = standing;
  useEffect(() => {
    if (kind === 'cutOff') void router.navigate({ to: '/no-access', replace: true });
    if (kind === 'signedOut') {
      const here = window.location.pathname + window.location.search;
      window.location.assign(`/sign-in?redirect_url=${encodeURIComponent(here)}`);
    }
  }, [kind, router]);
  if (standing.kind === 'refused') {
    return (
      <main className="grid min-h-dvh place-items-center">
        <ErrorPage error={errorBody('TOKEN_REFUSED')} />
      </main>
    );
  }
  if (standing.kind !== 'in') return null;
  return (
    <AppShell viewer={standing.viewer}>
      <Outlet />
      {everywhere}
    </AppShell>
  );
}
