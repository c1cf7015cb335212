/** How a button anywhere asks for the command palette, which no page has to know. */
const openEvent = 'rollcall:palette';

export function openPalette(): void {
  window.dispatchEvent(new Event(openEvent));
}

export function onPaletteAsked(listener: () => void): () => void {
  window.addEventListener(openEvent, listener);
  return () => window.removeEventListener(openEvent, listener);
}
