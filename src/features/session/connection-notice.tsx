import { useConvex } from 'convex/react';
import { WifiOffIcon } from 'lucide-react';
import { useEffect, useState, useSyncExternalStore } from 'react';

/** Shorter gaps, as while a page or a laptop wakes up, are not worth a word. */
const quietForMs = 5_000;

/** Whether the live connection is away. */
function useConnectionLost(): boolean {
  const convex = useConvex();
  return useSyncExternalStore(
    (onChange) => convex.subscribeToConnectionState(onChange),
    () => !convex.connectionState().isWebSocketConnected,
    // On the server there is none, and asking would open one.
    () => false,
  );
}

/** Says that the page no longer follows changes, while the live connection is away. */
export function ConnectionNotice() {
  // Mounting anew with each loss starts the wait anew.
  return useConnectionLost() ? <PausedNotice /> : null;
}

function PausedNotice() {
  const [shown, setShown] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setShown(true), quietForMs);
    return () => clearTimeout(timer);
  }, []);
  if (!shown) return null;
  return (
    <output className="flex items-center justify-center gap-2 border-b bg-warning/10 px-4 py-1.5 text-xs text-warning">
      <WifiOffIcon className="size-3.5" aria-hidden />
      Live updates are paused; reconnecting.
    </output>
  );
}
