import { useEffect, useRef, type RefObject } from 'react';

/**
 * Runs in the document head: remembers the last control that was pressed before React had taken
 * over the page. Plain text; part of no bundle. Such controls carry `data-early`.
 */
export const earlyPressScript = `addEventListener('click',function(e){var t=e.target;var c=t&&t.closest&&t.closest('[data-early]');window.__early=c||undefined},true)`;

interface EarlyWindow {
  /** Written by the script; read and emptied by the control itself. */
  __early?: Element | undefined;
}

/**
 * Does what a press asked for that came before the page could answer it. React keeps the elements of
 * the server's HTML, so the one that was pressed is the one that is mounted.
 */
export function useEarlyPress<E extends Element>(onPress: () => void): RefObject<E | null> {
  const ref = useRef<E>(null);
  const latest = useRef(onPress);
  useEffect(() => {
    latest.current = onPress;
  });
  useEffect(() => {
    // The script of the head wrote it; no module declares it.
    const page = window as EarlyWindow;
    if (page.__early === undefined || page.__early !== ref.current) return;
    page.__early = undefined;
    latest.current();
  }, []);
  return ref;
}
