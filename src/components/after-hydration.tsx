import { useSyncExternalStore, type ReactNode } from 'react';

const nothingToWatch = () => () => undefined;

interface AfterHydrationProps {
  children: ReactNode;
  /** What the server sends, and the browser shows until it has taken over. */
  fallback: ReactNode;
}

/**
 * For parts that look different as soon as clerk-js is there: it may be there before React took
 * over the server's HTML, which must then still be the same.
 */
export function AfterHydration({ children, fallback }: AfterHydrationProps) {
  const hydrated = useSyncExternalStore(
    nothingToWatch,
    () => true,
    () => false,
  );
  return hydrated ? children : fallback;
}
