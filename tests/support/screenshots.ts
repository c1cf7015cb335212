/**
 * `npm run screenshots`: pictures of every page of the real product with real people in it, in
 * Chromium. The best go to `docs/images/` for the README; all of them, in light
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

/** Addresses, and under what name their pictures are kept. */
const pages: Record<string, string> = {
  dashboard: '/dashboard',
  directory: '/dashboard/users',
  users: '/admin/users',
  organizations: '/admin/organizations',
  sync: '/admin/sync',
  webhooks: '/admin/webhooks',
  audit: '/admin/audit',
  settings: '/admin/settings',
  'settings-tokens': '/admin/settings?section=tokens',
  'settings-health': '/admin/settings?section=health',
};

/** The best ones, which the README shows. */
const forReadme = ['users-light', 'users-dark', 'dashboard-light', 'person-light'];

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

/** One organization with as many people in it as Clerk's smallest plan allows. */
async function addOrganization(world: World): Promise<void> {
  const owner = await world.clerk.userByEmail('superadmin@rollcall.test');
  const clinic = await world.clerk.backend<{ id: string }>('POST', '/organizations', {
    name: 'Northside Clinic',
    slug: 'northside-clinic',
    created_by: owner.id,
  });
  for (const [firstName, lastName, role] of people.slice(0, 4)) {
    const { id } = await world.clerk.userByEmail(addressOf(firstName, lastName));
    await world.clerk.backend('POST', `/organizations/${clinic.id}/memberships`, {
      user_id: id,
      role: role === 'admin' ? 'org:admin' : 'org:member',
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

/** Waits for what the page itself says is on its way, and for its pictures and letters. */
async function settle(page: Page): Promise<void> {
  await page.getByRole('heading', { level: 1 }).waitFor();
  // Clerk's own part of the page.
  await page.locator('.cl-userButtonTrigger').waitFor();
  await page.waitForFunction(
    () =>
      document.querySelector('output[aria-label^="Loading"], output[aria-label^="Checking"]') ===
        null && document.querySelector('[aria-busy="true"]') === null,
  );
  // Not `decode()`, and only what is in view: pictures further down are not loaded, which never ends.
  await page.waitForFunction(() => {
    const inView = [...document.images].filter((image) => {
      const { top, width } = image.getBoundingClientRect();
      return width > 0 && top < window.innerHeight;
    });
    return document.fonts.status === 'loaded' && inView.every(({ complete }) => complete);
  });
  await page.mouse.move(0, 0);
}

/** What a dry run would change: two people whose webhooks were lost. */
async function dryRun(page: Page, world: World): Promise<string> {
  await world.clerk.webhooks('drop');
  const { id } = await world.clerk.userByEmail(addressOf('Emil', 'Sorensen'));
  await world.clerk.backend('PATCH', `/users/${id}`, { last_name: 'Sorensen-Lund' });
  await world.clerk.createUser({
    email: 'ines@rollcall.test',
    firstName: 'Ines',
    lastName: 'Prado',
  });
  await world.clerk.webhooks('deliver');
  await page.goto(`${world.webUrl}/admin/sync`);
  await settle(page);
  await page.getByRole('button', { name: 'Dry run' }).click();
  await page.getByRole('region', { name: 'What would change' }).waitFor();
  return new URL(page.url()).pathname;
}

/** Pages of one person, one organization and one sync, by following the first link to each. */
async function detailPages(page: Page, world: World): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const [name, list, link] of [
    ['person', '/admin/users?q=Chen+Li', 'a[href^="/admin/users/"]'],
    ['organization', '/admin/organizations', 'a[href^="/admin/organizations/"]'],
    ['sync-run', '/admin/sync', 'a[href^="/admin/sync/"]'],
  ] as const) {
    await page.goto(world.webUrl + list);
    await settle(page);
    const address = await page.locator(`main ${link}`).first().getAttribute('href');
    if (address !== null) found[name] = address;
  }
  return found;
}

async function pictures(world: World, folder: string): Promise<void> {
  const superadmin = world.demo.find(({ role }) => role === 'superadmin');
  if (superadmin === undefined) throw new Error('no demo superadmin');
  const browser = await launchBrowser();
  try {
    await someVisits(world, browser);
    let all = pages;
    for (const [view, options] of Object.entries(views)) {
      const page = await browser.newPage(options);
      await signInAs(page, world.webUrl, superadmin);
      if (view === 'light') {
        await changeOnItsWay(world, page);
        all = { ...pages, ...(await detailPages(page, world)) };
      }
      const take = async (name: string, address: string) => {
        await page.goto(world.webUrl + address);
        await settle(page);
        const picture = `${name}-${view}`;
        await page.screenshot({ path: path.join(folder, `${picture}.png`) });
        if (!forReadme.includes(picture)) return;
        await page.screenshot({ path: path.join(rootDir, 'docs', 'images', `${picture}.png`) });
      };
      for (const [name, address] of Object.entries(all)) await take(name, address);
      if (view === 'light') {
        // After the others, which its lost webhooks would not become.
        const address = await dryRun(page, world);
        await take('sync-dry-run', address);
        all = { ...all, 'sync-dry-run': address };
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
  await addOrganization(world);
  await pictures(world, folder);
  process.stdout.write(`Written to ${folder} and docs/images\n`);
} finally {
  await world.stop();
}
