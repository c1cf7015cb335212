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

const people = [
  ['Amara', 'Nwosu', 'admin'],
  ['Bram', 'de Wit', undefined],
  ['Chen', 'Li', undefined],
  ['Dalia', 'Haddad', 'admin'],
  ['Emil', 'Sørensen', undefined],
  ['Fatima', 'Rahmani', undefined],
] as const;

async function addPeople(world: World): Promise<void> {
  for (const [firstName, lastName, role] of people) {
    const email = `${firstName}.${lastName}@rollcall.test`.toLowerCase().replace(/[^a-z@.]/g, '');
    const publicMetadata = role === undefined ? {} : { role };
    await world.clerk.createUser({ email, firstName, lastName, publicMetadata });
  }
}

async function picture(world: World, file: string): Promise<void> {
  const superadmin = world.demo.find(({ role }) => role === 'superadmin');
  if (superadmin === undefined) throw new Error('no demo superadmin');
  const browser = await launchBrowser();
  try {
    const page = await browser.newPage({ width: 1280, height: 860 });
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
