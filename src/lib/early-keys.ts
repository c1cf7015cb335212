/** Enough for a shortcut and some words typed into what it opens. */
const keysMax = 40;

declare global {
  interface Window {
    /** Keys pressed before the shortcuts listened; undefined from then on. */
    rollcallEarlyKeys?: KeyboardEventInit[] | undefined;
  }
}

/**
 * Runs in the document head, as `earlyPressScript` does: keeps Ctrl-K and Cmd-K, letters and signs
 * that were pressed outside of any field before the shortcuts listened. The router runs it once more
 * when it takes over the head. Plain text; part of no bundle.
 */
export const earlyKeysScript = `(function(){
if('rollcallEarlyKeys' in window)return;
var keys=window.rollcallEarlyKeys=[];
addEventListener('keydown',function keep(e){
  if(window.rollcallEarlyKeys!==keys){removeEventListener('keydown',keep,true);return}
  var mod=e.ctrlKey||e.metaKey;
  // Where the app's frame is, and with it the shortcuts: nothing is kept on pages for signing in.
  if(!document.querySelector('[aria-keyshortcuts]'))return;
  if(e.altKey||e.isComposing||e.repeat)return;
  if(mod?e.key.toLowerCase()!=='k':e.key.length!==1||e.key===' ')return;
  if(!mod&&e.target.closest&&e.target.closest('input,textarea,select'))return;
  // The browser has uses of its own for some of them.
  e.preventDefault();
  if(keys.length<${keysMax})keys.push({key:e.key,ctrlKey:e.ctrlKey,metaKey:e.metaKey})
},true)
})()`;

/** Presses again, in order, what was pressed too early. Once, when the shortcuts listen. */
export function pressEarlyKeys(): void {
  const early = window.rollcallEarlyKeys ?? [];
  window.rollcallEarlyKeys = undefined;
  for (const key of early) {
    const event = new KeyboardEvent('keydown', { ...key, bubbles: true, cancelable: true });
    document.body.dispatchEvent(event);
  }
}
