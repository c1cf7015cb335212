import { Suspense, useSyncExternalStore } from 'react';
import { lazyPart } from '../lib/lazy-part';
import { notificationsWanted } from '../lib/notify';

const Toaster = lazyPart(async () => (await import('./ui/toaster')).Toaster);

/** Most visits see no message at all, so what shows them is loaded with the first one. */
export function Toasts() {
  const wanted = useSyncExternalStore(
    notificationsWanted.subscribe,
    notificationsWanted.read,
    () => false,
  );
  if (!wanted) return null;
  return (
    <Suspense>
      <Toaster />
    </Suspense>
  );
}
