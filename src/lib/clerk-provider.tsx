import { ClerkProvider } from '@clerk/tanstack-react-start';
import { useRouter } from '@tanstack/react-router';
import { useMemo, type ReactNode } from 'react';
import { runtimeConfig } from '../env';

/** Clerk's own flows, which move between their steps inside the page. */
const flows = ['/sign-in', '/sign-up'];

function flowOf(pathname: string): string | undefined {
  return flows.find((flow) => pathname === flow || pathname.startsWith(`${flow}/`));
}

/**
 * Every change of who is signed in loads a new document: its HTML comes from the server as the new
 * person, and nothing of the one before stays in memory. Steps inside a flow stay in the page.
 */
function useClerkNavigation() {
  const router = useRouter();
  return useMemo(() => {
    const go = (to: string, replace: boolean) => {
      const target = new URL(to, window.location.origin);
      const flow = flowOf(target.pathname);
      if (flow !== undefined && flow === flowOf(window.location.pathname)) {
        return router.navigate({ href: target.pathname + target.search + target.hash, replace });
      }
      if (replace) window.location.replace(target);
      else window.location.assign(target);
      return undefined;
    };
    return {
      routerPush: (to: string) => go(to, false),
      routerReplace: (to: string) => go(to, true),
    };
  }, [router]);
}

/**
 * Clerk's colours are ours, so that light and dark follow the page. Names are optional in Clerk but
 * asked for: without them everybody would be listed as "User".
 */
const appearance = {
  options: { showOptionalFields: true },
  variables: {
    colorPrimary: 'var(--primary)',
    colorPrimaryForeground: 'var(--primary-foreground)',
    colorForeground: 'var(--foreground)',
    colorMutedForeground: 'var(--muted-foreground)',
    colorMuted: 'var(--muted)',
    colorBackground: 'var(--card)',
    colorInput: 'var(--background)',
    colorInputForeground: 'var(--foreground)',
    colorNeutral: 'var(--foreground)',
    colorDanger: 'var(--destructive)',
    colorSuccess: 'var(--success)',
    colorWarning: 'var(--warning)',
    colorRing: 'var(--ring)',
    borderRadius: '0.5rem',
    fontFamily: 'inherit',
  },
};

/** Clerk with the run-time configuration. */
export function SessionProvider({ nonce, children }: { nonce?: string; children: ReactNode }) {
  const { clerk } = runtimeConfig();
  const navigation = useClerkNavigation();
  return (
    <ClerkProvider
      {...navigation}
      publishableKey={clerk.publishableKey}
      proxyUrl={clerk.proxyUrl}
      nonce={nonce}
      signInUrl="/sign-in"
      signUpUrl="/sign-up"
      signInFallbackRedirectUrl="/dashboard"
      signUpFallbackRedirectUrl="/dashboard"
      afterSignOutUrl="/sign-in"
      appearance={appearance}
    >
      {children}
    </ClerkProvider>
  );
}
