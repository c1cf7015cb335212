import { ClerkFailed, ClerkLoading } from '@clerk/tanstack-react-start';
import type { ReactNode } from 'react';
import { appConfig } from '../../../app.config';
import { AfterHydration } from '../../components/after-hydration';
import { Logo } from '../../components/logo';
import { ThemeSwitch } from '../../components/theme-switch';
import { Button } from '../../components/ui/button';
import { Skeleton } from '../../components/ui/skeleton';
import { errorCodes } from '../../shared/error-codes';

function LoadingForm() {
  return (
    <output aria-label="Loading" className="w-full max-w-100 rounded-xl border bg-card p-8">
      <Skeleton className="mx-auto mb-8 h-6 w-48" />
      <Skeleton className="mb-4 h-9" />
      <Skeleton className="h-9" />
    </output>
  );
}

/** The frame around Clerk's own components, with what shows while they load or cannot. */
export function AuthPage({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className="flex min-h-dvh flex-col bg-sidebar">
      <header className="flex items-center justify-between p-4">
        <span className="flex items-center gap-2 font-semibold">
          <Logo /> {appConfig.name}
        </span>
        <ThemeSwitch />
      </header>
      <main className="flex flex-1 flex-col items-center justify-center px-4 pb-16">
        <h1 className="sr-only">{title}</h1>
        <AfterHydration fallback={<LoadingForm />}>
          <ClerkLoading>
            <LoadingForm />
          </ClerkLoading>
          <ClerkFailed>
            <div
              role="alert"
              className="max-w-sm rounded-xl border bg-card p-8 text-center text-sm"
            >
              <p className="mb-4">{errorCodes.CLERK_UNAVAILABLE.text}</p>
              <Button variant="outline" onClick={() => window.location.reload()}>
                Try again
              </Button>
            </div>
          </ClerkFailed>
          {children}
        </AfterHydration>
      </main>
    </div>
  );
}
