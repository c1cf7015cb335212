import { useEffect, useRef } from 'react';

/** A key, or two keys one after the other (`g u`), as the help names them. */
export interface Shortcut {
  /** `KeyboardEvent.key`, sequences with a space; `mod+k` is Ctrl-K and Cmd-K. */
  keys: string;
  /** What it does, for the help. */
  label: string;
  group: string;
  run: () => void;
}

/** The second key of a sequence must follow within this long. */
const sequenceMs = 1_000;

const active = new Set<() => readonly Shortcut[]>();
let pendingKey: { key: string; at: number } | undefined;
let listening = false;

/** Keys go to what is being typed in, what they press, and to whatever lies over the page. */
function isTaken(event: KeyboardEvent): boolean {
  const target = event.target instanceof Element ? event.target : null;
  const pressing = event.key === 'Enter' || event.key === ' ';
  if (pressing && target?.closest('a, button, input, summary')) return true;
  const typing = target?.closest('input:not([type=checkbox]), textarea, select, [contenteditable]');
  if (typing) return true;
  return document.querySelector('[role=dialog], [role=alertdialog], [role=menu]') !== null;
}

function onKeyDown(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.isComposing || event.altKey) return;
  const mod = event.ctrlKey || event.metaKey;
  const key = mod ? `mod+${event.key.toLowerCase()}` : event.key;
  // The palette opens from anywhere, also while typing; single keys do not.
  if (!mod && isTaken(event)) return;
  // When it was pressed, not when a busy page came to it.
  const now = event.timeStamp;
  const before = pendingKey && now - pendingKey.at < sequenceMs ? pendingKey.key : undefined;
  pendingKey = undefined;
  // The newest part of the page wins.
  const shortcuts = [...active].toReversed().flatMap((read) => read());
  const sequence = before === undefined ? undefined : `${before} ${key}`;
  const hit =
    shortcuts.find(({ keys }) => keys === sequence) ?? shortcuts.find(({ keys }) => keys === key);
  if (hit) {
    event.preventDefault();
    hit.run();
    return;
  }
  if (shortcuts.some(({ keys }) => keys.startsWith(`${key} `))) pendingKey = { key, at: now };
}

/** Makes shortcuts work while the component is mounted. The list may change with every render. */
export function useShortcuts(shortcuts: readonly Shortcut[]): void {
  const latest = useRef(shortcuts);
  useEffect(() => {
    latest.current = shortcuts;
  });
  useEffect(() => {
    const read = () => latest.current;
    active.add(read);
    if (!listening) document.addEventListener('keydown', onKeyDown);
    listening = true;
    return () => void active.delete(read);
  }, []);
}

/** Everything that works right now, for the help: what is not there is not promised. */
export function activeShortcuts(): Shortcut[] {
  return [...active].flatMap((read) => read());
}
