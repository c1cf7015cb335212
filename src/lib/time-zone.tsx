import { createContext, useContext, useSyncExternalStore, type ReactNode } from 'react';

const cookieName = 'rollcall-tz';

/**
 * Tells the server the viewer's zone for the next page, so that its HTML already has local times.
 * Runs in the document head; plain text, part of no bundle.
 */
export const timeZoneScript = `(function(){try{var z=Intl.DateTimeFormat().resolvedOptions().timeZone;if(z)document.cookie='${cookieName}='+encodeURIComponent(z)+';path=/;max-age=31536000;samesite=lax'}catch(e){}})()`;

const ServerZone = createContext('UTC');

export function TimeZoneProvider({ zone, children }: { zone: string; children: ReactNode }) {
  return <ServerZone value={zone}>{children}</ServerZone>;
}

const nothingToWatch = () => () => undefined;

let ownZone: string | undefined;

/** Asking takes longer than drawing a row, and every moment on a page asks. */
function browserZone(): string {
  return (ownZone ??= Intl.DateTimeFormat().resolvedOptions().timeZone);
}
// Whoever travels with a page open comes back to it.
if (typeof document !== 'undefined') {
  document.addEventListener('visibilitychange', () => (ownZone = undefined));
}

/** The viewer's zone; while hydrating, the one the server used, so that both render the same. */
export function useTimeZone(): string {
  const serverZone = useContext(ServerZone);
  return useSyncExternalStore(nothingToWatch, browserZone, () => serverZone);
}
