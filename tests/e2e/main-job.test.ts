import type { Page } from 'playwright-core';
import { describe, expect, it, onTestFinished } from 'vitest';
import { launchBrowser, type TestBrowser } from '../support/browser';
import { changeRoleInMenu, userRow } from '../support/rollcall-page';
import { signInAs } from '../support/sign-in';
import { startStack, type World } from '../support/stack-world';
import { useWorld } from '../support/tries';

const password = 'rollcall-demo';

describe('The main job, end to end in Chromium', () => {
  let world: World;
  let chromium: TestBrowser;
  /** `/admin/users`, opened once by the superadmin and never reloaded. */
  let admin: Page;

  async function start(): Promise<void> {
    [world, chromium] = await Promise.all([startStack(), launchBrowser()]);
    admin = await chromium.newPage();
    await signInAs(admin, world.webUrl, { email: 'superadmin@rollcall.test', password });
    await admin.goto(`${world.webUrl}/admin/users`);
    await userRow(admin, 'superadmin@rollcall.test').waitFor();
    // Proof of "no reload": a reload would lose the mark.
    await admin.evaluate(() => {
      document.documentElement.dataset.sameDocument = 'yes';
    });
  }
  async function stop(): Promise<void> {
    await chromium?.close();
    await world?.stop();
  }
  useWorld(start, stop);

  const stillTheSameDocument = () =>
    admin.evaluate(() => document.documentElement.dataset.sameDocument);

  async function codeFor(email: string): Promise<string> {
    const { mails } = await world.clerk.local<{ mails: { code?: string }[] }>(
      'GET',
      `/outbox-mail?email=${encodeURIComponent(email)}`,
    );
    return mails.find((mail) => mail.code !== undefined)?.code ?? '';
  }

  /** Through Clerk's own component, with the code from the mail, until the dashboard is there. */
  async function signUp(person: { first: string; last: string; email: string }): Promise<Page> {
    const page = await chromium.newPage();
    await page.goto(`${world.webUrl}/sign-up`);
    await page.getByLabel('First name').fill(person.first);
    await page.getByLabel('Last name').fill(person.last);
    await page.getByLabel('Email address').fill(person.email);
    await page.getByLabel('Password', { exact: true }).fill('long-enough-1');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    const field = page.getByRole('textbox', { name: /verification code/i });
    await field.waitFor();
    await expect.poll(() => codeFor(person.email)).toMatch(/^\d{6}$/);
    await field.pressSequentially(await codeFor(person.email));
    await page.waitForURL((url) => url.pathname.startsWith('/dashboard'));
    return page;
  }

  it('C3: a person who signs up through Clerk appears in an open users page without reload', async () => {
    const page = await signUp({ first: 'Ada', last: 'Newcomer', email: 'ada@rollcall.test' });
    await page.getByText('Ada Newcomer').first().waitFor();
    const row = userRow(admin, 'ada@rollcall.test');
    await row.waitFor();
    // C9: without a role in Clerk they get the default one.
    await row.getByText('Staff', { exact: true }).waitFor();
    expect(await stillTheSameDocument()).toBe('yes');
    await page.context().close();
  });

  it('B7, pain 2: with webhooks paused a new person still gets in, and the late webhook makes no second row', async () => {
    onTestFinished(() => world.clerk.webhooks('deliver'));
    await world.clerk.webhooks('pause');
    const page = await signUp({ first: 'Late', last: 'Webhook', email: 'late@rollcall.test' });
    await page.getByText('Late Webhook').first().waitFor();
    const { id } = await world.clerk.userByEmail('late@rollcall.test');
    expect(await deliveryStates(id)).toEqual(['pending']);
    await userRow(admin, 'late@rollcall.test').waitFor();

    await world.clerk.webhooks('deliver');
    await expect.poll(() => deliveryStates(id)).toEqual(['delivered']);
    // A provisional row has no Clerk version; the webhook completed that very row.
    await expect.poll(async () => (await rowOf('late@rollcall.test')).length).toBe(1);
    await expect.poll(() => userRow(admin, 'late@rollcall.test').count()).toBe(1);
    await page.context().close();
  });

  async function deliveryStates(entityId: string): Promise<string[]> {
    const { deliveries } = await world.clerk.local<{
      deliveries: { status: string; type: string; payload: { data?: { id?: string } } }[];
    }>('GET', '/deliveries?limit=100');
    return deliveries
      .filter(({ type, payload }) => type === 'user.created' && payload.data?.id === entityId)
      .map(({ status }) => status);
  }

  async function rowOf(email: string): Promise<string[]> {
    await admin.getByRole('searchbox').fill(email);
    await userRow(admin, email).waitFor();
    const texts = await admin.getByRole('row').filter({ hasText: email }).allTextContents();
    await admin.getByRole('searchbox').fill('');
    await userRow(admin, 'superadmin@rollcall.test').waitFor();
    return texts;
  }

  it('C1, C2: a role changed in the menu reaches Clerk with every other metadata key untouched', async () => {
    const before = await world.clerk.createUser({
      email: 'grows@rollcall.test',
      firstName: 'Gro',
      lastName: 'Wing',
      publicMetadata: { team: 'night', nested: { deep: [1, { a: null }] } },
    });
    await world.clerk.mergeMetadata(before.id, { private_metadata: { crm: 'x-1' } });
    await userRow(admin, 'grows@rollcall.test').waitFor();
    await changeRoleInMenu(admin, { email: 'grows@rollcall.test', name: 'Gro Wing' }, 'Admin');

    const row = userRow(admin, 'grows@rollcall.test');
    await row.getByText('Admin', { exact: true }).waitFor();
    await row.getByText('Synced').waitFor();
    const inClerk = () => world.clerk.userByEmail('grows@rollcall.test');
    const wanted = { ...before.public_metadata, role: 'admin' };
    await expect.poll(async () => (await inClerk()).public_metadata).toEqual(wanted);
    const after = await inClerk();
    expect(after.private_metadata).toMatchObject({ crm: 'x-1' });
    expect(await stillTheSameDocument()).toBe('yes');
  });

  it('issue 5: a role shows before it is answered, and a refusal takes it back with the reason', async () => {
    onTestFinished(() => admin.unroute('**/api/trpc/users.setRole*'));
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    const person = { email: 'early@rollcall.test', name: 'Ear Ly' };
    await world.clerk.createUser({ email: person.email, firstName: 'Ear', lastName: 'Ly' });
    const row = userRow(admin, person.email);
    await row.getByText('Staff', { exact: true }).waitFor();
    await admin.route('**/api/trpc/users.setRole*', async (route) => {
      await held;
      await route.abort();
    });
    await changeRoleInMenu(admin, person, 'Admin');
    await row.getByText('Admin', { exact: true }).waitFor();
    await row.getByText('Role pending').waitFor();
    letGo();
    await admin.getByText('Ear Ly stays Staff').waitFor();
    await row.getByText('Staff', { exact: true }).waitFor();
    await row.getByText('Synced').waitFor();
    expect(await row.getByText('Admin', { exact: true }).count()).toBe(0);
  });

  it('C1: a change of several people is taken back on the page', async () => {
    const emails = ['both1@rollcall.test', 'both2@rollcall.test'];
    for (const email of emails) {
      await world.clerk.createUser({ email, firstName: 'Both', lastName: email.slice(4, 5) });
    }
    for (const email of emails) {
      await userRow(admin, email).getByRole('checkbox').click();
    }
    await admin.getByRole('button', { name: 'Change role of the selected people' }).click();
    await admin.getByRole('menuitem', { name: /^Admin/ }).click();
    const dialog = admin.getByRole('alertdialog');
    await dialog.getByRole('button', { name: 'Change to Admin' }).click();
    const job = admin.getByRole('region', { name: 'Bulk change' });
    await job.getByText('Done: 2 changed', { exact: true }).waitFor();
    for (const email of emails) {
      await userRow(admin, email).getByText('Admin', { exact: true }).waitFor();
    }
    await job.getByRole('button', { name: 'Undo', exact: true }).click();
    await dialog.getByText('Take the change of 2 people back?').waitFor();
    await dialog.getByRole('button', { name: 'Take back' }).click();
    await job.getByText('Change of role of 2 people, taken back').waitFor();
    await job.getByText('Done: 2 changed', { exact: true }).waitFor();
    for (const email of emails) {
      await userRow(admin, email).getByText('Staff', { exact: true }).waitFor();
    }
    expect(await job.getByRole('button', { name: 'Undo', exact: true }).count()).toBe(0);
  });

  it('C3, pain 20: without any tunnel an edit in the Clerk Dashboard shows in the open page', async () => {
    const { id } = await world.clerk.createUser({
      email: 'edited@rollcall.test',
      firstName: 'Edi',
      lastName: 'Ted',
    });
    const row = userRow(admin, 'edited@rollcall.test');
    await row.getByText('Staff', { exact: true }).waitFor();
    const dashboard = await chromium.newPage();
    await dashboard.goto(`${world.clerkDashboardUrl}#/users/${id}`);
    const editor = dashboard.getByLabel('Public metadata');
    await editor.fill('{ "role": "admin" }');
    await dashboard.getByRole('button', { name: /save.*public|save metadata/i }).click();
    await row.getByText('Admin', { exact: true }).waitFor();
    expect(await stillTheSameDocument()).toBe('yes');
    await dashboard.context().close();
  });

  it('C7: role counts on an open dashboard follow a change made elsewhere', async () => {
    const email = 'counted@rollcall.test';
    const { id } = await world.clerk.createUser({ email, firstName: 'Cou', lastName: 'Nted' });
    await userRow(admin, email).waitFor();
    const page = await admin.context().newPage();
    await page.goto(`${world.webUrl}/dashboard`);
    const admins = page.getByLabel(/^Admin: \d+$/);
    const count = async () => Number((await admins.getAttribute('aria-label'))?.split(': ')[1]);
    const before = await count();
    await world.clerk.mergeMetadata(id, { public_metadata: { role: 'admin' } });
    await expect.poll(count).toBe(before + 1);
    await page.close();
  });

  it('D4: the first HTML is signed in and row-aware, without any script', async () => {
    const state = await admin.context().storageState();
    const cookies = state.cookies.map(({ name, value }) => `${name}=${value}`).join('; ');
    const response = await admin.context().request.get(`${world.webUrl}/admin/users`, {
      headers: { cookie: cookies, accept: 'text/html' },
    });
    const html = await response.text();
    expect(response.status()).toBe(200);
    expect(html).toContain('superadmin@rollcall.test');
    expect(html).toContain('Synced');
  });

  it('pain 22: somebody with 8 KB of metadata signs in, and no cookie comes near 4 KB', async () => {
    const email = 'big@rollcall.test';
    await world.clerk.createUser({
      email,
      firstName: 'Big',
      lastName: 'Data',
      publicMetadata: { notes: 'x'.repeat(8_000) },
    });
    const page = await chromium.newPage();
    await signInAs(page, world.webUrl, { email, password });
    await page.goto(`${world.webUrl}/dashboard`);
    await page.getByText('Big Data').first().waitFor();
    const cookies = await page.context().cookies();
    expect(cookies.some(({ name }) => name.startsWith('__session'))).toBe(true);
    for (const { name, value } of cookies) expect(name.length + value.length).toBeLessThan(2_048);
    await page.context().close();
  });

  /** The code that a page shows instead of itself. */
  async function refusalOn(page: Page): Promise<string | null> {
    await page.getByRole('heading', { name: 'This page cannot be shown right now' }).waitFor();
    return await page.getByRole('alert').getByRole('link').getAttribute('href');
  }

  async function tryAgain(page: Page): Promise<void> {
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByRole('heading', { level: 1, name: 'Dashboard' }).waitFor();
  }

  it('pain 13: a browser whose token Convex refuses says so, instead of waiting or going in circles', async () => {
    const page = await chromium.newPage();
    // The server's token is good; the browser's own has been tampered with.
    await page.route(/\/tokens\/convex/, async (route) => {
      const response = await route.fetch();
      const { jwt, ...rest } = (await response.json()) as { jwt: string };
      await route.fulfill({ response, json: { ...rest, jwt: `${jwt.slice(0, -8)}AAAAAAAA` } });
    });
    await signInAs(page, world.webUrl, { email: 'staff@rollcall.test', password });
    expect(await refusalOn(page)).toBe('/docs/errors#TOKEN_REFUSED');
    await page.unroute(/\/tokens\/convex/);
    await tryAgain(page);
    await page.context().close();
  });
});
