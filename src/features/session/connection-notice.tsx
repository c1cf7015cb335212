import { useConvexConnectionState } from 'convex/react';
import { WifiOffIcon } from 'lucide-react';
import { useEffect, useState } from 'react';

/** Shorter gaps, as while a laptop wakes up, are not worth a word. */
const quietForMs = 3_000;

/** Says that the page no longer follows changes, while the live connection is away. */
export function ConnectionNotice() {
  const { isWebSocketConnected, hasEverConnected, connectionRetries } = useConvexConnectionState();
  const lost = !isWebSocketConnected && (hasEverConnected || connectionRetries > 1);
  const [shown, setShown] = useState(false);
  useEffect(() => {
    if (!lost) {
      setShown(false);
      return undefined;
    }
    const timer = setTimeout(() => setShown(true), quietForMs);
    return () => clearTimeout(timer);
  }, [lost]);
  if (!shown) return null;
  return (
    <p
      role="status"
      className="flex items-center justify-center gap-2 border-b bg-warning/10 px-4 py-1.5 text-xs text-warning"
    >
      <WifiOffIcon className="size-3.5" aria-hidden />
      Live updates are paused; reconnecting.
    </p>
  );
}
