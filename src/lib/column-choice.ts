import { useSyncExternalStore } from 'react';

const storageKey = 'rollcall-hidden-columns';
const changeEvent = 'rollcall:columns';

/** Hidden until somebody asks for them: of use now and then. */
const hiddenAtFirst = 'lastLogin';

/**
 * Runs in the document head before anything is painted: the columns that were hidden last time are
 * hidden by the style sheet, so that the server's HTML is right for everybody.
 */
export const columnsScript = `(function(){var h=null;try{h=localStorage.getItem('${storageKey}')}catch(e){}document.documentElement.dataset.hiddenColumns=h===null?'${hiddenAtFirst}':h})()`;

function read(): string {
  return document.documentElement.dataset['hiddenColumns'] ?? hiddenAtFirst;
}

function subscribe(onChange: () => void): () => void {
  window.addEventListener(changeEvent, onChange);
  return () => window.removeEventListener(changeEvent, onChange);
}

/** Which columns are hidden, remembered by the browser. */
export function useHiddenColumns(): {
  hidden: ReadonlySet<string>;
  toggle: (column: string) => void;
} {
  const text = useSyncExternalStore(subscribe, read, () => hiddenAtFirst);
  const hidden = new Set(text.split(' ').filter((name) => name !== ''));
  const toggle = (column: string) => {
    const next = new Set(hidden);
    if (!next.delete(column)) next.add(column);
    const joined = [...next].join(' ');
    document.documentElement.dataset['hiddenColumns'] = joined;
    try {
      localStorage.setItem(storageKey, joined);
    } catch {
      // Storage can be forbidden; the choice then holds for this page.
    }
    window.dispatchEvent(new Event(changeEvent));
  };
  return { hidden, toggle };
}
