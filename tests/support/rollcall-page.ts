import type { Locator, Page } from 'playwright-core';

/** The web app as a person sees it; every wait is bounded by the page's own time-out. */

/** The row of a person on `/admin/users`, by email or name. */
export function userRow(page: Page, person: string) {
  return page.getByRole('row').filter({ hasText: person });
}

/** By how many pixels rows of the list differ in height: the last one has no border below. */
export async function rowsUneven(page: Page): Promise<number> {
  const heights = await page
    .locator('tr[data-index]')
    .evaluateAll((rows) => rows.map((row) => row.getBoundingClientRect().height));
  return Math.max(...heights) - Math.min(...heights);
}

/** Three-dot menu -> Update Role -> the role -> the confirmation. */
export async function changeRoleInMenu(
  page: Page,
  person: { email: string; name: string },
  roleLabel: string,
): Promise<void> {
  await openRowMenu(page, person);
  await page.getByRole('menuitem', { name: 'Update Role' }).click();
  await page.getByRole('menuitemradio', { name: roleLabel, exact: true }).click();
  const dialog = page.getByRole('alertdialog');
  await dialog.getByText(`Change the role of ${person.name}?`).waitFor();
  await dialog.getByRole('button', { name: `Change to ${roleLabel}` }).click();
}

export async function openRowMenu(
  page: Page,
  person: { email: string; name: string },
): Promise<void> {
  await userRow(page, person.email)
    .getByRole('button', { name: `Actions for ${person.name}` })
    .click();
  await page.getByRole('menu').first().waitFor();
}

/**
 * A token like the one with which the open page talks to Convex, as clerk-js hands it out: a new
 * one, since what clerk-js keeps may have seconds left only.
 */
export async function convexTokenOf(page: Page): Promise<string> {
  await page.waitForFunction(
    // clerk-js puts itself there; its types are of another build.
    () => Boolean((window as unknown as { Clerk?: ClerkInPage }).Clerk?.session),
  );
  const token = await page.evaluate(() => {
    const { Clerk } = window as unknown as { Clerk?: ClerkInPage };
    return Clerk?.session?.getToken({ template: 'convex', skipCache: true });
  });
  if (typeof token !== 'string') throw new Error('clerk-js gave no Convex token');
  return token;
}

interface ClerkInPage {
  session?: {
    getToken(options: { template: string; skipCache: boolean }): Promise<string | null>;
  };
}

/** A tRPC command sent from inside the page, with its cookies; answers status and parsed body. */
export function callTrpc(
  page: Page,
  procedure: string,
  input: unknown,
): Promise<{ status: number; body: unknown }> {
  return page.evaluate(
    async ([path, json]) => {
      const response = await fetch(`/api/trpc/${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ json }),
      });
      // The caller of this helper looks into it.
      return { status: response.status, body: (await response.json()) as unknown };
    },
    [procedure, input] as const,
  );
}

/** Once React has taken the page over and Clerk's part of it is there: from then on keys count. */
export async function alive(page: Page): Promise<void> {
  await page.locator('.cl-userButtonTrigger').waitFor();
}

/** Where a link leads, without the host. */
export async function pathOf(link: Locator): Promise<string> {
  const address = await link.getAttribute('href');
  if (address === null) throw new Error('the link leads nowhere');
  return address;
}

/** The row id of a person, as their page's address has it. */
export async function personIdOf(page: Page, name: string): Promise<string> {
  await page.goto(new URL(`/admin/users?q=${encodeURIComponent(name)}`, page.url()).href);
  const address = await pathOf(page.getByRole('link', { name, exact: true }));
  return address.slice(address.lastIndexOf('/') + 1);
}
