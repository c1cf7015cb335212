import { useAuth } from '@clerk/tanstack-react-start';
import { ConvexProviderWithAuth, type ConvexReactClient } from 'convex/react';
import { useCallback, useMemo, type ReactNode } from 'react';

/** Waits between attempts to get a token while Clerk does not answer. */
const retryWaitsMs = [1_000, 2_000, 5_000, 10_000, 20_000];

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** A token for Convex; a failing Clerk is waited for, since it is no sign-out. */
async function fetchPatiently(get: () => Promise<string | null>): Promise<string | null> {
  for (const waitMs of [...retryWaitsMs, undefined]) {
    try {
      return await get();
    } catch (error) {
      if (waitMs === undefined || isRefusal(error)) return null;
      await pause(waitMs);
    }
  }
  return null;
}

/** Convex's view of Clerk's session. */
function useConvexAuthFromClerk(onToken: () => void) {
  const { isLoaded, isSignedIn, getToken, sessionId, sessionClaims } = useAuth();
  const integrated = sessionClaims?.['aud'] === 'convex';
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- see the dependencies
  const fetchAccessToken = useCallback(
    async ({ forceRefreshToken }: { forceRefreshToken: boolean }): Promise<string | null> => {
      const template = integrated ? {} : { template: 'convex' };
      const token = await fetchPatiently(() =>
        getToken({ ...template, skipCache: forceRefreshToken }),
      );
      // After Convex has taken the token in, which it does before the next task.
      setTimeout(onToken, 0);
      return token;
    },
    // A new session asks anew; getToken itself is not stable between renders.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
    [sessionId, integrated, onToken],
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

interface ConvexAuthProviderProps {
  client: ConvexReactClient;
  /** Called whenever Convex got a token, or learned that there is none. */
  onToken: () => void;
  children: ReactNode;
}

/** Signs the live connection in as whoever is signed in with Clerk. */
export function ConvexAuthProvider({ client, onToken, children }: ConvexAuthProviderProps) {
  // Convex calls this as a hook of its own; its identity must not change.
  const useConvexAuth = useCallback(() => useConvexAuthFromClerk(onToken), [onToken]);
  return (
    <ConvexProviderWithAuth client={client} useAuth={useConvexAuth}>
      {children}
    </ConvexProviderWithAuth>
  );
}
