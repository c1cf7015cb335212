import type { Page } from 'playwright-core';

/** How long a press may take until something of it shows, on the busiest machine. */
const effectWithinMs = 20_000;

/** What was pressed; `key` is alike for the same control of several rows. */
interface Press {
  key: string;
  label: string;
  /** Whether anything came of it. */
  effect: boolean;
}

/**
 * Runs inside the page, so it has to stand by itself: once the page is at rest, presses the first
 * control that is not `done` yet. Null when there is none.
 */
async function pressNext({
  within,
  done,
  withinMs,
}: {
  within: string;
  done: string[];
  withinMs: number;
}): Promise<Press | null> {
  const watch = (onChange: () => void) => {
    const observer = new MutationObserver(onChange);
    const everything = { childList: true, attributes: true, characterData: true };
    observer.observe(document, { subtree: true, ...everything });
    return observer;
  };
  await new Promise<void>((rest) => {
    const end = () => {
      observer.disconnect();
      rest();
    };
    let timer = setTimeout(end, 60);
    const observer = watch(() => {
      clearTimeout(timer);
      timer = setTimeout(end, 60);
    });
  });
  const keyOf = (element: HTMLElement) => {
    const row = element.closest('tr, li, [role=row]');
    const list = row?.parentElement?.closest('[aria-label]')?.getAttribute('aria-label');
    const label = element.getAttribute('aria-label') ?? element.textContent.trim();
    // Rows differ in words, not in how their buttons look.
    const looks = `${element.className} ${element.querySelector('svg')?.classList.value}`;
    return { key: `${element.tagName} ${row ? `${list} ${looks}` : label}`, label };
  };
  const all = document.querySelectorAll<HTMLElement>(
    `${within} :is(button, select, summary, input[type=checkbox])`,
  );
  const element = [...all].find(
    (one) =>
      one.checkVisibility() &&
      !one.closest('[aria-disabled=true], [class*="cl-"]') &&
      !one.matches(':disabled') &&
      !done.includes(keyOf(one).key),
  );
  if (element === undefined) return null;
  const named = keyOf(element);
  const effect = await new Promise<boolean>((resolve) => {
    const end = (came: boolean) => {
      clearTimeout(timer);
      observer.disconnect();
      resolve(came);
    };
    const observer = watch(() => end(true));
    const timer = setTimeout(() => end(false), withinMs);
    if (element instanceof HTMLSelectElement) {
      const other = [...element.options].find(({ selected }) => !selected);
      element.value = other?.value ?? element.value;
      element.dispatchEvent(new Event('change', { bubbles: true }));
    } else {
      element.click();
    }
  });
  return { ...named, effect };
}

interface PressOptions {
  address: string;
  /** Where to look for controls. */
  within?: string;
  /** Opens the page anew and lets it come to life; it is open when this begins. */
  open: () => Promise<void>;
}

/**
 * Presses every kind of button, choice and box of a page, one after the other, and names those of
 * which nothing came.
 */
export async function pressEverything(page: Page, options: PressOptions): Promise<string[]> {
  const { within = 'main', open } = options;
  const done: string[] = [];
  const idle: string[] = [];
  // A page never has this many kinds of controls; a bound for one that keeps growing.
  for (let turn = 0; turn < 80; turn += 1) {
    const press = await page.evaluate(pressNext, { within, done, withinMs: effectWithinMs });
    if (press === null) {
      const { pathname, search } = new URL(page.url());
      if (pathname + search === options.address) return idle;
      // What a filter has hidden is there again.
      await open();
      continue;
    }
    done.push(press.key);
    if (!press.effect) idle.push(`${options.address}: ${press.label}`);
    await putBack(page, options);
  }
  throw new Error(`${options.address} has no end of controls`);
}

/** Closes what a press has opened, and comes back from where it has led. */
async function putBack(page: Page, { address, open }: PressOptions): Promise<void> {
  const layers = page.locator('[role=dialog], [role=alertdialog], [role=menu]');
  if ((await layers.count()) > 0) await page.keyboard.press('Escape');
  const elsewhere = new URL(page.url()).pathname !== address.split('?')[0];
  if (elsewhere || (await layers.count()) > 0) await open();
}
