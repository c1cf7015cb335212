import { useAuth } from '@clerk/tanstack-react-start';
import { ConvexProviderWithAuth, type ConvexReactClient } from 'convex/react';
import { useCallback, useMemo, type ReactNode } from 'react';

/** Waits between attempts to get a token while Clerk does not answer. */
const retryWaitsMs = [1_000, 2_000, 5_000, 10_000, 20_000];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Convex's view of Clerk's session; a failing Clerk is waited for, since it is no sign-out. */
function useConvexAuthFromClerk() {
  const { isLoaded, isSignedIn, getToken, sessionId, sessionClaims } = useAuth();
  const integrated = sessionClaims?.['aud'] === 'convex';
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- see the dependencies
  const fetchAccessToken = useCallback(
    async ({ forceRefreshToken }: { forceRefreshToken: boolean }): Promise<string | null> => {
      const template = integrated ? {} : { template: 'convex' };
      for (const waitMs of [...retryWaitsMs, undefined]) {
        try {
          return await getToken({ ...template, skipCache: forceRefreshToken });
        } catch (error) {
          if (waitMs === undefined || isRefusal(error)) return null;
          await pause(waitMs);
        }
      }
      return null;
    },
    // A new session asks anew; getToken itself is not stable between renders.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [sessionId, integrated],
  );
  return useMemo(
    () => ({ isLoading: !isLoaded, isAuthenticated: isSignedIn ?? false, fetchAccessToken }),
    [isLoaded, isSignedIn, fetchAccessToken],
  );
}

/** Clerk answered and said no, as it does after a ban. */
function isRefusal(error: unknown): boolean {
  if (typeof error !== 'object' || error === null || !('status' in error)) return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}

/** Signs the live connection in as whoever is signed in with Clerk. */
export function ConvexAuthProvider({
  client,
  children,
}: {
  client: ConvexReactClient;
  children: ReactNode;
}) {
  return (
    <ConvexProviderWithAuth client={client} useAuth={useConvexAuthFromClerk}>
      {children}
    </ConvexProviderWithAuth>
  );
}
