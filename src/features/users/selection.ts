import { useState } from 'react';

/** Some people, or everybody the list shows but for some. */
export type Selection =
  { kind: 'some'; ids: ReadonlySet<string> } | { kind: 'all'; except: ReadonlySet<string> };

export const nobody: Selection = { kind: 'some', ids: new Set() };

export function isSelected(selection: Selection, id: string): boolean {
  return selection.kind === 'some' ? selection.ids.has(id) : !selection.except.has(id);
}

/** With each of them selected, or none. */
export function withSelected(selection: Selection, ids: readonly string[], on: boolean): Selection {
  const named = new Set(selection.kind === 'some' ? selection.ids : selection.except);
  const adds = (selection.kind === 'some') === on;
  for (const id of ids) {
    if (adds) named.add(id);
    else named.delete(id);
  }
  return selection.kind === 'some' ? { kind: 'some', ids: named } : { kind: 'all', except: named };
}

/** How many are selected of a list of `total`. */
export function selectedCount(selection: Selection, total: number): number {
  return selection.kind === 'some'
    ? selection.ids.size
    : Math.max(0, total - selection.except.size);
}

export interface SelectionControl {
  selection: Selection;
  set: (selection: Selection) => void;
  /** `through`: everybody between the one chosen last and this one, as with the shift key. */
  toggle: (id: string, through?: readonly string[]) => void;
  /** The one chosen last. */
  anchor: string | undefined;
}

/** What is selected in one list; another list begins with nobody. */
export function useSelection(listKey: string): SelectionControl {
  const [state, setState] = useState({ listKey, selection: nobody, anchor: '' });
  if (state.listKey !== listKey) setState({ listKey, selection: nobody, anchor: '' });
  const { selection } = state;
  return {
    selection,
    anchor: state.anchor === '' ? undefined : state.anchor,
    set: (next) => setState({ listKey, selection: next, anchor: '' }),
    toggle: (id, through = []) => {
      const on = !isSelected(selection, id);
      const next = withSelected(selection, [...through, id], on);
      setState({ listKey, selection: next, anchor: id });
    },
  };
}
