import { useEffect, useSyncExternalStore } from 'react';

export const themeChoices = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themeChoices)[number];

const storageKey = 'rollcall-theme';
const changeEvent = 'rollcall:theme';
const darkQuery = '(prefers-color-scheme: dark)';

/**
 * Runs in the document head before anything is painted, so that a dark page never starts out white.
 * Plain text: it is not part of any bundle.
 */
export const themeScript = `(function(){try{var c=localStorage.getItem('${storageKey}');var d=c==='dark'||(c!=='light'&&matchMedia('${darkQuery}').matches);document.documentElement.classList.toggle('dark',d)}catch(e){}})()`;

function readChoice(): ThemeChoice {
  try {
    const stored = localStorage.getItem(storageKey);
    return themeChoices.find((choice) => choice === stored) ?? 'system';
  } catch {
    // Storage can be forbidden; the system's choice is a good one.
    return 'system';
  }
}

function isDark(choice: ThemeChoice): boolean {
  return choice === 'dark' || (choice === 'system' && matchMedia(darkQuery).matches);
}

function apply(): void {
  document.documentElement.classList.toggle('dark', isDark(readChoice()));
}

function setChoice(choice: ThemeChoice): void {
  try {
    localStorage.setItem(storageKey, choice);
  } catch {
    // See readChoice.
  }
  apply();
  window.dispatchEvent(new Event(changeEvent));
}

function subscribe(onChange: () => void): () => void {
  const media = matchMedia(darkQuery);
  const update = () => {
    apply();
    onChange();
  };
  media.addEventListener('change', update);
  window.addEventListener('storage', update);
  window.addEventListener(changeEvent, onChange);
  return () => {
    media.removeEventListener('change', update);
    window.removeEventListener('storage', update);
    window.removeEventListener(changeEvent, onChange);
  };
}

/** Keeps the page in step with the system's theme and with a choice made in another tab. */
export function FollowTheme(): null {
  useEffect(() => subscribe(() => undefined), []);
  return null;
}

/** The chosen theme and what it comes to; on the server always the system's, light. */
export function useTheme(): {
  choice: ThemeChoice;
  resolved: 'light' | 'dark';
  setChoice: (choice: ThemeChoice) => void;
} {
  const choice = useSyncExternalStore(subscribe, readChoice, () => 'system' as const);
  const dark = useSyncExternalStore(
    subscribe,
    () => isDark(readChoice()),
    () => false,
  );
  return { choice, resolved: dark ? 'dark' : 'light', setChoice };
}
