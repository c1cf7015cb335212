/**
 * `npm run screenshots`: pictures of every page of the real product with real people in it, in
 * Chromium. The one of the users page goes to `docs/images/` for the README; all of them, in light
 * and dark, wide and on a phone, to the folder that is named (default `screenshots/`, which git
 * ignores).
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { launchBrowser, type ContextOptions, type TestBrowser } from './browser';
import { signInAs } from './sign-in';
import { startStack, type World } from './stack-world';
import { rootDir } from './steps';

/** First name, last name, role in Clerk, member since. */
const people = [
  ['Amara', 'Nwosu', 'admin', '2025-03-04T08:12:00Z'],
  ['Bram', 'de Wit', undefined, '2026-01-19T13:40:00Z'],
  ['Chen', 'Li', undefined, '2026-06-02T07:05:00Z'],
  ['Dalia', 'Haddad', 'admin', '2024-11-11T16:21:00Z'],
  ['Emil', 'Sorensen', undefined, '2026-09-28T09:33:00Z'],
  ['Fatima', 'Rahmani', undefined, '2025-08-15T11:02:00Z'],
  ['Ngozi', 'Adeyemi', undefined, '2026-11-02T10:47:00Z'],
] as const;

const pages = [
  '/dashboard',
  '/dashboard/users',
  '/admin/users',
  '/admin/organizations',
  '/admin/sync',
  '/admin/webhooks',
  '/admin/audit',
  '/admin/settings',
] as const;

const views: Record<string, ContextOptions> = {
  light: { width: 1280, height: 912 },
  dark: { width: 1280, height: 912, colorScheme: 'dark' },
  phone: { width: 360, height: 780 },
};

const password = 'rollcall-demo';
const addressOf = (firstName: string, lastName: string) =>
  `${firstName}.${lastName}@rollcall.test`.toLowerCase().replaceAll(/[^a-z@.]/g, '');

async function addPeople(world: World): Promise<void> {
  for (const [firstName, lastName, role, createdAt] of people) {
    await world.clerk.backend('POST', '/users', {
      email_address: [addressOf(firstName, lastName)],
      first_name: firstName,
      last_name: lastName,
      password,
      skip_password_checks: true,
      public_metadata: role === undefined ? {} : { role },
      created_at: createdAt,
    });
  }
}

async function someVisits(world: World, browser: TestBrowser): Promise<void> {
  for (const [firstName, lastName] of people.slice(0, 4)) {
    const visit = await browser.newPage();
    await signInAs(visit, world.webUrl, { email: addressOf(firstName, lastName), password });
    await visit.context().close();
  }
}

/** A change under way, so that the pictures show what the product is about. */
async function changeOnItsWay(world: World, page: Page): Promise<void> {
  await page.goto(`${world.webUrl}/admin/users`);
  await world.clerk.local('POST', '/faults', { status: 503, match: '/metadata', count: 50 });
  await page.getByRole('button', { name: 'Actions for Chen Li' }).click();
  await page.getByRole('menuitem', { name: /update role/i }).click();
  await page.getByRole('menuitemradio', { name: 'Admin', exact: true }).click();
  await page.getByRole('button', { name: 'Change to Admin' }).click();
  await page.getByRole('alertdialog').waitFor({ state: 'detached' });
}

/** Lets what is loading arrive; a page that stays busy is taken as it is. */
async function settle(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  const loading = page.locator('output[aria-label^="Loading"]').first();
  await loading.waitFor({ state: 'detached', timeout: 5_000 }).catch(() => {});
  await page.waitForTimeout(500);
  await page
    .locator('img')
    .evaluateAll((images) =>
      Promise.allSettled(images.map((image) => (image as HTMLImageElement).decode())),
    );
  await page.mouse.move(0, 0);
}

async function pictures(world: World, folder: string): Promise<void> {
  const superadmin = world.demo.find(({ role }) => role === 'superadmin');
  if (superadmin === undefined) throw new Error('no demo superadmin');
  const browser = await launchBrowser();
  try {
    await someVisits(world, browser);
    for (const [view, options] of Object.entries(views)) {
      const page = await browser.newPage(options);
      await signInAs(page, world.webUrl, superadmin);
      if (view === 'light') await changeOnItsWay(world, page);
      for (const address of pages) {
        await page.goto(world.webUrl + address);
        await settle(page);
        const name = address.slice(1).replaceAll('/', '-');
        await page.screenshot({ path: path.join(folder, `${name}-${view}.png`) });
        if (view === 'light' && address === '/admin/users') {
          await page.screenshot({ path: path.join(rootDir, 'docs', 'images', 'users.png') });
        }
      }
      await page.context().close();
    }
  } finally {
    await browser.close();
  }
}

const folder = path.resolve(rootDir, process.argv[2] ?? 'screenshots');
mkdirSync(folder, { recursive: true });
const world = await startStack();
try {
  await addPeople(world);
  await pictures(world, folder);
  process.stdout.write(`Written to ${folder} and docs/images/users.png\n`);
} finally {
  await world.stop();
}
