/* What runs inside the pages: sent there as text, so nothing here refers to anything outside it. */

/** What an answer looks like in the page. */
export type Sign =
  /** Every row drawn says this, or the list says that nobody matches. */
  | { kind: 'rowsSay'; text: string }
  /** A row says this, which only one person's can. */
  | { kind: 'someRowSays'; text: string }
  /** The list stands in this order. */
  | { kind: 'ordered'; column: string; direction: 'ascending' | 'descending' }
  /** Every row drawn says this in this column, and the address knows the filter. */
  | { kind: 'filtered'; column: string; text: string }
  /** This person's row says this. */
  | { kind: 'rowOfSays'; person: string; text: string }
  /** There are rows. */
  | { kind: 'anyRow' };

export interface Question {
  /** What the person at the page does; the clock starts when the page is told of the last one. */
  event: 'input' | 'change' | 'click' | 'keydown' | 'none';
  sign: Sign;
}

/** Unix ms by the page's own clock. */
export interface Answer {
  /** When the last event came; for `none`, when the probe was set. */
  asked: number;
  /** When the address changed last in between: what waits for more typing has waited by then. */
  addressed: number | undefined;
  /** When the answer stood in the page. */
  answered: number;
}

interface ProbedWindow extends Window {
  probe?: Promise<Answer>;
  /** Ms from the start of the navigation until rows were about to be painted. */
  firstRowMs?: number;
}

/** For `addInitScript`: notes when a page that loads has its first row. */
export function watchFirstRow(): void {
  const look = () => {
    if (document.querySelector('tbody tr[data-index]') === null) requestAnimationFrame(look);
    else (window as ProbedWindow).firstRowMs = performance.now();
  };
  requestAnimationFrame(look);
}

export function firstRowMs(): number | undefined {
  return (window as ProbedWindow).firstRowMs;
}

/** Begins to look; `readProbe` waits for what comes of it. */
export function setProbe({ event, sign }: Question): void {
  const now = () => performance.timeOrigin + performance.now();
  const rows = () => [...document.querySelectorAll('main tbody tr[data-index]')];
  const saying = (row: Element) => (row.textContent ?? '').toLowerCase();
  const isThere = (): boolean => {
    const table = document.querySelector('main table');
    if (sign.kind === 'rowsSay' && table === null) {
      const text = document.querySelector('main')?.textContent ?? '';
      return text.includes('Nobody matches') && text.includes(sign.text);
    }
    if (table === null || table.getAttribute('aria-busy') === 'true') return false;
    switch (sign.kind) {
      case 'rowsSay': {
        const words = sign.text.toLowerCase().split(' ');
        const drawn = rows();
        return (
          drawn.length > 0 &&
          drawn.every((row) => words.every((word) => saying(row).includes(word)))
        );
      }
      case 'someRowSays':
        return rows().some((row) => saying(row).includes(sign.text.toLowerCase()));
      case 'ordered': {
        const head = document.querySelector(`main th[data-column="${sign.column}"]`);
        return head?.getAttribute('aria-sort') === sign.direction && rows().length > 0;
      }
      case 'filtered': {
        const drawn = rows();
        const inColumn = (row: Element) =>
          row.querySelector(`[data-column="${sign.column}"]`)?.textContent ?? '';
        return (
          new URLSearchParams(location.search).has(sign.column) &&
          drawn.length > 0 &&
          drawn.every((row) => inColumn(row).startsWith(sign.text))
        );
      }
      case 'rowOfSays': {
        const row = rows().find((one) => saying(one).includes(sign.person));
        const role = row?.querySelector('[data-column="role"]')?.textContent ?? '';
        return role.startsWith(sign.text);
      }
      case 'anyRow':
        return rows().length > 0;
    }
  };
  (window as ProbedWindow).probe = new Promise((resolve) => {
    let asked = event === 'none' ? now() : undefined;
    let addressed: number | undefined;
    const onEvent = (happened: Event) => {
      asked = performance.timeOrigin + happened.timeStamp;
      addressed = undefined;
    };
    const onAddress = () => (addressed ??= now());
    const navigation = 'navigation' in window ? (window.navigation as EventTarget) : undefined;
    const look = () => {
      if (asked === undefined || !isThere()) return;
      observer.disconnect();
      if (event !== 'none') removeEventListener(event, onEvent, true);
      navigation?.removeEventListener('currententrychange', onAddress);
      resolve({ asked, addressed, answered: now() });
    };
    const observer = new MutationObserver(look);
    const everything = { subtree: true, childList: true, attributes: true, characterData: true };
    observer.observe(document.documentElement, everything);
    if (event !== 'none') addEventListener(event, onEvent, true);
    navigation?.addEventListener('currententrychange', onAddress);
    look();
  });
}

/** Gives up after 20 s, and says what the page shows instead. */
export async function readProbe(): Promise<Answer> {
  const { probe } = window as ProbedWindow;
  if (probe === undefined) throw new Error('no probe is set');
  const tooLate = new Promise<never>((_resolve, reject) => {
    setTimeout(() => {
      const shown = document.querySelector('main')?.textContent ?? '';
      reject(new Error(`no answer on ${location.href}: ${shown.slice(0, 400)}`));
    }, 20_000);
  });
  return await Promise.race([probe, tooLate]);
}

/** Unix ms by the page's own clock. */
export function pageNow(): number {
  return performance.timeOrigin + performance.now();
}

export interface Scrolled {
  /** Rows that the list was through with. */
  rows: number;
  reachedEnd: boolean;
  tookMs: number;
  /** The most elements that the page had at any moment. */
  elementsMax: number;
}

/** Scrolls to the end of the list as fast as it comes, for so long at most. */
export async function scrollThrough({
  total,
  msMax,
}: {
  total: number;
  msMax: number;
}): Promise<Scrolled> {
  const startedAt = performance.now();
  const frame = () => new Promise((resolve) => requestAnimationFrame(resolve));
  let elementsMax = 0;
  let rows = 0;
  for (;;) {
    const drawn = [...document.querySelectorAll('main tbody tr[data-index]')];
    // The head of the table is the first row.
    rows = Math.max(rows, Number(drawn.at(-1)?.getAttribute('aria-rowindex') ?? 1) - 1);
    elementsMax = Math.max(elementsMax, document.querySelectorAll('*').length);
    const tookMs = performance.now() - startedAt;
    if (rows >= total || tookMs > msMax) {
      return { rows, reachedEnd: rows >= total, tookMs: Math.round(tookMs), elementsMax };
    }
    window.scrollTo(0, document.documentElement.scrollHeight);
    await frame();
  }
}
