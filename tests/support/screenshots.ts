/**
 * `npm run screenshots`: takes the picture of the README again, of the real product with real
 * people in it, in Chromium.
 */
import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { launchBrowser } from './browser';
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

async function picture(world: World, file: string): Promise<void> {
  const superadmin = world.demo.find(({ role }) => role === 'superadmin');
  if (superadmin === undefined) throw new Error('no demo superadmin');
  const browser = await launchBrowser();
  try {
    // Some have been here already.
    for (const [firstName, lastName] of people.slice(0, 4)) {
      const visit = await browser.newPage();
      await signInAs(visit, world.webUrl, { email: addressOf(firstName, lastName), password });
      await visit.context().close();
    }
    const page = await browser.newPage({ width: 1280, height: 912 });
    await signInAs(page, world.webUrl, superadmin);
    await page.goto(`${world.webUrl}/admin/users`);
    await page.getByText(`${people.length + world.demo.length} users`).waitFor();
    // A change under way, so that the picture shows what the page is about.
    await world.clerk.local('POST', '/faults', { status: 503, match: '/metadata', count: 50 });
    await page.getByRole('button', { name: 'Actions for Chen Li' }).click();
    await page.getByRole('menuitem', { name: /update role/i }).click();
    await page.getByRole('menuitemradio', { name: 'Admin', exact: true }).click();
    await page.getByRole('button', { name: 'Change to Admin' }).click();
    await page.getByRole('alertdialog').waitFor({ state: 'detached' });
    await page
      .getByRole('row', { name: /Chen Li/ })
      .getByText('Pending')
      .waitFor();
    // The note about what was just done would lie over the last rows.
    await page.getByRole('button', { name: 'Close toast' }).click();
    await page.locator('[data-sonner-toast]').waitFor({ state: 'detached' });
    await page.mouse.move(0, 0);
    await page
      .locator('img')
      .evaluateAll((images) =>
        Promise.all(images.map((image) => (image as HTMLImageElement).decode())),
      );
    await page.screenshot({ path: file });
  } finally {
    await browser.close();
  }
}

const world = await startStack();
try {
  await addPeople(world);
  const folder = path.join(rootDir, 'docs', 'images');
  mkdirSync(folder, { recursive: true });
  await picture(world, path.join(folder, 'users.png'));
  process.stdout.write('Written to docs/images/users.png\n');
} finally {
  await world.stop();
}
