import { UserButton } from '@clerk/tanstack-react-start';
import { MenuIcon, SearchIcon } from 'lucide-react';
import { Suspense, useState, type ReactNode } from 'react';
import { AfterHydration } from '../../components/after-hydration';
import { Keys } from '../../components/keys';
import { RoleBadge } from '../../components/role-badge';
import { ThemeSwitch } from '../../components/theme-switch';
import { Skeleton } from '../../components/ui/skeleton';
import { lazyPart } from '../../lib/lazy-part';
import type { Viewer } from '../../lib/live';
import { openPalette } from '../../lib/palette-signal';
import { Brand } from './brand';
import { ConnectionNotice } from './connection-notice';
import { Navigation } from './navigation';

const avatarSkeleton = <Skeleton className="size-7 rounded-full" />;

function ViewerCorner({ viewer }: { viewer: Viewer }) {
  return (
    <div className="flex min-w-0 items-center gap-3">
      <span className="hidden min-w-0 flex-col items-end leading-tight sm:flex">
        <span className="max-w-48 truncate text-sm font-medium">{viewer.name}</span>
      </span>
      <RoleBadge role={viewer.role} />
      <span className="flex size-7 shrink-0 items-center">
        <AfterHydration fallback={avatarSkeleton}>
          <UserButton fallback={avatarSkeleton} />
        </AfterHydration>
      </span>
    </div>
  );
}

const NavigationSheet = lazyPart(async () => (await import('./navigation-sheet')).NavigationSheet);

/** The button of a phone's navigation; the sheet itself comes when it is first asked for. */
function MobileNavigation({ viewer }: { viewer: Viewer }) {
  const [open, setOpen] = useState(false);
  const [asked, setAsked] = useState(false);
  return (
    <>
      <button
        type="button"
        aria-label="Open navigation"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => {
          setAsked(true);
          setOpen(true);
        }}
        className="-ml-1 rounded-md p-2 outline-none hover:bg-accent focus-visible:ring-[3px] focus-visible:ring-ring/50 lg:hidden"
      >
        <MenuIcon className="size-5" aria-hidden />
      </button>
      {asked && (
        <Suspense>
          <NavigationSheet viewer={viewer} open={open} onOpenChange={setOpen} />
        </Suspense>
      )}
    </>
  );
}

/** Sidebar, top bar and content; on a phone the sidebar becomes a sheet. */
export function AppShell({ viewer, children }: { viewer: Viewer; children: ReactNode }) {
  return (
    <div className="min-h-dvh lg:grid lg:grid-cols-[15rem_minmax(0,1fr)]">
      <a
        href="#content"
        className="sr-only z-50 rounded-md bg-primary px-3 py-2 text-sm text-primary-foreground focus:not-sr-only focus:fixed focus:top-2 focus:left-2"
      >
        Skip to content
      </a>
      <aside className="sticky top-0 hidden h-dvh flex-col border-r bg-sidebar lg:flex">
        <Brand />
        <Navigation viewer={viewer} />
      </aside>
      <div className="flex min-w-0 flex-col">
        <header className="sticky top-0 z-30 flex h-14 items-center justify-between gap-3 border-b bg-background/90 px-4 backdrop-blur sm:px-6">
          <MobileNavigation viewer={viewer} />
          <button
            type="button"
            aria-keyshortcuts="Control+K Meta+K"
            onClick={openPalette}
            className="inline-flex h-8 items-center gap-2 rounded-md border bg-background px-2.5 text-sm text-muted-foreground shadow-xs outline-none hover:bg-accent hover:text-accent-foreground focus-visible:ring-[3px] focus-visible:ring-ring/50 sm:w-60"
          >
            <SearchIcon className="size-4" aria-hidden />
            <span className="sr-only flex-1 text-left sm:not-sr-only">Find anything</span>
            <span className="hidden sm:inline-flex">
              <Keys keys="mod+k" />
            </span>
          </button>
          <div className="ml-auto flex min-w-0 items-center gap-2">
            <ThemeSwitch />
            <ViewerCorner viewer={viewer} />
          </div>
        </header>
        <ConnectionNotice />
        <main id="content" tabIndex={-1} className="flex-1 px-4 py-6 outline-none sm:px-6 lg:px-8">
          <div className="mx-auto max-w-6xl">{children}</div>
        </main>
      </div>
    </div>
  );
}
