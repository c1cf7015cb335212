/** What was typed since; undefined while nobody types ahead. */
let typed: string | undefined;

function collect(event: KeyboardEvent): void {
  const { key, ctrlKey, metaKey, altKey } = event;
  if (typed === undefined || key.length !== 1 || ctrlKey || metaKey || altKey) return;
  // Elsewhere it would be a shortcut.
  event.preventDefault();
  event.stopPropagation();
  typed += key;
}

/** From now on letters are kept for a field that was asked for and is not there yet. */
export function beginTypeAhead(): void {
  typed = '';
  document.addEventListener('keydown', collect, true);
}

/** What was typed meanwhile; from now on letters go where the focus is. */
export function endTypeAhead(): string {
  document.removeEventListener('keydown', collect, true);
  const text = typed ?? '';
  typed = undefined;
  return text;
}
