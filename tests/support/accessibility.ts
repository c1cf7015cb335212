import axe from 'axe-core';
import type { Page } from 'playwright-core';

/** What lies over a page; the page behind it has been looked at without it. */
const layers = '[role=dialog], [role=alertdialog], [role=menu]';

/**
 * Everything axe calls serious or critical on the page as it stands, or in what lies over it, as
 * readable lines. Clerk's own components are left out: their colours are theirs.
 */
export async function violations(page: Page): Promise<string[]> {
  // As an expression over CDP: the page's own content security policy stays in force.
  await page.evaluate(`window.axe ?? (() => { ${axe.source} })(); undefined`);
  const results = await page.evaluate(async (over) => {
    const { axe: inPage } = window as unknown as { axe: typeof axe };
    const layered = document.querySelector(over) !== null;
    return inPage.run(layered ? { include: [[over]] } : { exclude: [['.cl-rootBox']] }, {
      resultTypes: ['violations'],
    });
  }, layers);
  return results.violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(({ id, nodes }) => `${id}: ${nodes.map(told).join(' | ')}`);
}

function told({ html, target, any }: axe.NodeResult): string {
  return `${String(target)} ${html.slice(0, 160)} ${any[0]?.message ?? ''}`;
}

/** By how many pixels the page can be scrolled sideways. */
export const sidewaysOverflow = (page: Page): Promise<number> =>
  page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);

/**
 * Looks at what the page shows now in light on a desk and in dark on a phone, and puts it back.
 * Without motion, so that no colour is on its way from one to the other.
 */
export async function lookOver(page: Page): Promise<string[]> {
  const found: string[] = [];
  const look = async (where: string) => {
    for (const line of await violations(page)) found.push(`${where}: ${line}`);
  };
  await look('light');
  await page.setViewportSize({ width: 360, height: 780 });
  await inScheme(page, 'dark');
  await look('dark, 360 px');
  if (!(await fits(page))) {
    found.push(`360 px: scrolls ${await sidewaysOverflow(page)} px sideways`);
  }
  await page.setViewportSize({ width: 1280, height: 800 });
  await inScheme(page, 'light');
  return found;
}

/** How long a page may take to be laid out anew for another width. */
const laidOutMs = 5_000;

/** Whether nothing can be scrolled sideways, once the page has taken to its new width. */
function fits(page: Page): Promise<boolean> {
  const fit = page.waitForFunction(
    () => document.documentElement.scrollWidth <= window.innerWidth,
    undefined,
    { timeout: laidOutMs },
  );
  return fit.then(
    () => true,
    () => false,
  );
}

/** Switches the system's theme and waits until the page has followed. */
async function inScheme(page: Page, colorScheme: 'light' | 'dark'): Promise<void> {
  await page.emulateMedia({ colorScheme });
  await page.waitForFunction(
    // Pages outside the app follow by their style sheet alone.
    (dark) =>
      !('__rollcall' in window) || document.documentElement.classList.contains('dark') === dark,
    colorScheme === 'dark',
  );
}
