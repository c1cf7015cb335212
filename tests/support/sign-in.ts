import type { Page } from 'playwright-core';

/** Signs in through Clerk's own component, as a person does; resolves on the page after it. */
export async function signInAs(
  page: Page,
  webUrl: string,
  person: { email: string; password: string },
): Promise<void> {
  await page.goto(`${webUrl}/sign-in`);
  await page.locator('input[name="identifier"]').fill(person.email);
  await page.locator('.cl-formButtonPrimary').click();
  await page.locator('input[name="password"]').fill(person.password);
  await page.locator('.cl-formButtonPrimary').click();
  await page.waitForURL((url) => !url.pathname.startsWith('/sign-in'));
}
