import { randomUUID } from 'node:crypto';
import { ConvexHttpClient } from 'convex/browser';
import type { Page } from 'playwright-core';
import { Webhook } from 'svix';
import { afterEach, describe, expect, it } from 'vitest';
import { api } from '../../convex/_generated/api';
import { launchBrowser, type TestBrowser } from '../support/browser';
import type { ClerkUserJson } from '../support/clerk-control';
import { callTrpc, convexTokenOf, openRowMenu, userRow } from '../support/rollcall-page';
import { signInAs } from '../support/sign-in';
import { startStack, type World } from '../support/stack-world';
import { useWorld } from '../support/tries';

const password = 'rollcall-demo';
/** A push takes one round through the outbox; a busy machine takes its time. */
const arrival = { timeout: 45_000 };

interface Person {
  email: string;
  name: string;
  clerk: ClerkUserJson;
}

describe('Deactivating, reactivating and deleting people, end to end', () => {
  let world: World;
  let chromium: TestBrowser;
  let superadmin: Page;
  let people = 0;

  async function start(): Promise<void> {
    [world, chromium] = await Promise.all([startStack(), launchBrowser()]);
    superadmin = await signedIn('superadmin@rollcall.test');
    await superadmin.goto(`${world.webUrl}/admin/users`);
  }
  afterEach(async () => {
    await world.clerk.local('DELETE', '/faults');
  });
  async function stop(): Promise<void> {
    await chromium?.close();
    await world?.stop();
  }
  useWorld(start, stop);

  async function signedIn(email: string): Promise<Page> {
    const page = await chromium.newPage();
    await signInAs(page, world.webUrl, { email, password });
    return page;
  }

  /** Somebody of the test's own, already on the superadmin's open page. */
  async function newPerson(firstName: string): Promise<Person> {
    people += 1;
    const email = `person${people}@rollcall.test`;
    const clerk = await world.clerk.createUser({ email, firstName, lastName: 'Example' });
    await userRow(superadmin, email).waitFor();
    return { email, name: `${firstName} Example`, clerk };
  }

  async function convexAs(page: Page): Promise<ConvexHttpClient> {
    const client = new ConvexHttpClient(world.convexUrl, { logger: false });
    client.setAuth(await convexTokenOf(page));
    return client;
  }

  const directoryOf = (convex: ConvexHttpClient) =>
    convex.query(api.users.directory, { paginationOpts: { numItems: 5, cursor: null } });

  const refusal = (code: string) =>
    expect.objectContaining({ data: expect.objectContaining({ code }) });

  const isBanned = async ({ email }: Person) => (await world.clerk.userByEmail(email)).banned;

  async function chooseInMenu(person: Person, item: string): Promise<void> {
    await openRowMenu(superadmin, person);
    await superadmin.getByRole('menuitem', { name: item, exact: true }).click();
  }

  async function deactivateInMenu(person: Person): Promise<void> {
    await chooseInMenu(person, 'Deactivate');
    const dialog = superadmin.getByRole('alertdialog');
    await dialog.getByText(`Deactivate ${person.name}?`).waitFor();
    await dialog.getByRole('button', { name: 'Deactivate' }).click();
    await dialog.waitFor({ state: 'detached' });
  }

  /** A signed `user.updated` of a minute from now; answers the status. */
  async function sendUpdate(user: ClerkUserJson): Promise<number> {
    const body = JSON.stringify({
      type: 'user.updated',
      object: 'event',
      timestamp: Date.now(),
      instance_id: world.env.CLERK_INSTANCE_ID,
      data: { ...user, updated_at: Date.now() + 60_000 },
    });
    const id = `msg_${randomUUID()}`;
    const at = new Date();
    const response = await fetch(`${world.webUrl}/api/webhooks/clerk`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'svix-id': id,
        'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
        'svix-signature': new Webhook(world.env.CLERK_WEBHOOK_SECRET ?? '').sign(id, at, body),
      },
      body,
    });
    return response.status;
  }

  const rowShows = (person: Person, text: string) =>
    userRow(superadmin, person.email).getByText(text, { exact: true }).waitFor();

  it('rule 9: a deactivated person is out at once, on the open page and with the old token; reactivation lets them in', async () => {
    const person = await newPerson('Out');
    const page = await signedIn(person.email);
    await page.goto(`${world.webUrl}/dashboard/users`);
    await page.getByText(person.name).first().waitFor();
    await page.evaluate(() => Object.assign(window, { neverReloaded: true }));
    const withOldToken = await convexAs(page);
    expect((await directoryOf(withOldToken)).page.length).toBeGreaterThan(0);

    await deactivateInMenu(person);
    await page.getByText('Your account has no access').waitFor();
    expect(new URL(page.url()).pathname).toBe('/no-access');
    expect(await page.evaluate(() => 'neverReloaded' in window)).toBe(true);
    await expect(directoryOf(withOldToken), 'old token').rejects.toEqual(
      refusal('ACCOUNT_INACTIVE'),
    );
    await rowShows(person, 'Deactivated');
    await expect.poll(() => isBanned(person), arrival).toBe(true);
    await rowShows(person, 'Synced');
    await page.context().close();

    await chooseInMenu(person, 'Reactivate');
    const dialog = superadmin.getByRole('alertdialog');
    await dialog.getByText(`Reactivate ${person.name}?`).waitFor();
    await dialog.getByRole('button', { name: 'Reactivate' }).click();
    await rowShows(person, 'Active');
    await expect.poll(() => isBanned(person), arrival).toBe(false);
    const again = await signedIn(person.email);
    await again.getByText(person.name).first().waitFor();
    expect(new URL(again.url()).pathname).toBe('/dashboard');
    await again.context().close();
  });

  it('D2: Undo in the message after a deactivation restores access in both places', async () => {
    const person = await newPerson('Back');
    await deactivateInMenu(person);
    const message = superadmin
      .getByRole('listitem')
      .filter({ hasText: `${person.name} is deactivated` });
    // Pointed at, it stays.
    await message.hover();
    await rowShows(person, 'Deactivated');
    await message.getByRole('button', { name: 'Undo', exact: true }).click();
    await rowShows(person, 'Active');
    await rowShows(person, 'Synced');
    await expect.poll(() => isBanned(person), arrival).toBe(false);
  });

  it('rule 8: an admin may deactivate staff, but no admin, and may delete nobody', async () => {
    const person = await newPerson('Lower');
    const page = await signedIn('admin@rollcall.test');
    await page.goto(`${world.webUrl}/admin/users`);
    // clerk-js is there only once the page has come alive: earlier clicks would be lost.
    await convexTokenOf(page);
    await openRowMenu(page, { email: 'superadmin@rollcall.test', name: 'Grace Okafor' });
    const refused = page.getByRole('menuitem', { name: /Deactivate/ });
    expect(await refused.getAttribute('aria-disabled')).toBe('true');
    await refused.getByText('only people whose role ranks below yours').waitFor();
    await page.getByText('Only a superadmin can delete people.').waitFor();
    await page.keyboard.press('Escape');

    const convex = await convexAs(superadmin);
    const { page: rows } = await convex.query(api.users.list, {
      paginationOpts: { numItems: 50, cursor: null },
    });
    const idOf = (email: string) => rows.find((row) => row.email === email)?._id;
    const send = (procedure: string, email: string) =>
      callTrpc(page, procedure, { userId: idOf(email) });
    for (const email of ['superadmin@rollcall.test', 'admin@rollcall.test']) {
      expect(await send('users.deactivate', email)).toMatchObject({ status: 403 });
    }
    expect((await send('users.remove', person.email)).status).toBe(403);
    expect((await send('users.deactivate', person.email)).status).toBe(200);
    await rowShows(person, 'Deactivated');
    expect((await send('users.reactivate', person.email)).status).toBe(200);
    await rowShows(person, 'Active');
    await page.context().close();
  });

  it('rule 9: where Clerk answers 402 to bans the cut stands, and the row says why until a retry', async () => {
    const person = await newPerson('Unpaid');
    const page = await signedIn(person.email);
    const convex = await convexAs(page);
    await world.clerk.local('POST', '/faults', { status: 402, match: '/ban' });
    await deactivateInMenu(person);
    await rowShows(person, 'Ban failed');
    await userRow(superadmin, person.email)
      .getByText(/plan does not include this/)
      .waitFor();
    await expect(directoryOf(convex), 'cut').rejects.toEqual(refusal('ACCOUNT_INACTIVE'));
    expect(await isBanned(person)).toBe(false);
    await world.clerk.local('DELETE', '/faults');
    await userRow(superadmin, person.email)
      .getByRole('button', { name: /^Retry/ })
      .click();
    await expect.poll(() => isBanned(person), arrival).toBe(true);
    await rowShows(person, 'Synced');
    await page.context().close();
  });

  it('rule 3: a deleted person is gone in both places, and no later webhook brings them back', async () => {
    const person = await newPerson('Gone');
    const page = await signedIn(person.email);
    const convex = await convexAs(page);
    await chooseInMenu(person, 'Delete');
    const dialog = superadmin.getByRole('alertdialog');
    const confirm = dialog.getByRole('button', { name: 'Delete for good' });
    await dialog.getByRole('textbox').fill('somebody.else@rollcall.test');
    expect(await confirm.isDisabled()).toBe(true);
    await dialog.getByRole('textbox').fill(person.email);
    await confirm.click();
    // Behind an open dialog the whole table counts as hidden: only then does its row say anything.
    await dialog.waitFor({ state: 'detached' });
    await userRow(superadmin, person.email).waitFor({ state: 'detached' });
    await expect(directoryOf(convex), 'cut').rejects.toEqual(refusal('ACCOUNT_INACTIVE'));
    const inClerk = () =>
      world.clerk.backend<unknown[]>('GET', `/users?user_id=${person.clerk.id}`);
    await expect.poll(inClerk, arrival).toEqual([]);

    // Newer than everything Clerk has sent, and properly signed: only the tombstone stands against it.
    expect(await sendUpdate({ ...person.clerk, first_name: 'Risen' })).toBe(200);
    const root = await convexAs(superadmin);
    const list = async (state?: 'deleted') =>
      (
        await root.query(api.users.list, {
          paginationOpts: { numItems: 50, cursor: null },
          ...(state && { state }),
        })
      ).page.filter((row) => row.externalId === person.clerk.id);
    expect(await list()).toEqual([]);
    expect(await list('deleted')).toMatchObject([{ state: 'deleted', isActive: false }]);
    await expect(directoryOf(convex), 'still cut').rejects.toEqual(refusal('ACCOUNT_INACTIVE'));
    await page.context().close();
  });
});
