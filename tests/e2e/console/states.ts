import type { Page } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { lookOver, violations } from '../../support/accessibility';
import { demoPassword, type ConsoleWorld } from '../../support/console-world';
import { alive, pathOf, personIdOf, userRow } from '../../support/rollcall-page';

/** Convex tries again after a few seconds, and the notice waits before it says anything. */
const patient = { timeout: 45_000 };

/** What pages show while they load, fail, have nothing, are cut off or not alive yet (D4). */
export function stateTests(ui: ConsoleWorld): void {
  let person: string;
  let organization: string;
  let run: string;

  beforeAll(async () => {
    const owner = await ui.world.clerk.userByEmail('superadmin@rollcall.test');
    const body = { name: 'Northwind Dental', created_by: owner.id };
    await ui.world.clerk.backend('POST', '/organizations', body);
    await ui.visit('/admin/organizations');
    organization = await pathOf(ui.page.getByRole('link', { name: 'Northwind Dental' }));
    person = `/admin/users/${await personIdOf(ui.page, 'Yuki Tanaka')}`;
    await ui.visit('/admin/sync');
    run = await pathOf(
      ui.page.getByRole('table', { name: 'Past syncs' }).getByRole('link').first(),
    );
  });
  // What stood in the way of a page stands in the way of the next test, too.
  afterEach(() => ui.page.unrouteAll({ behavior: 'ignoreErrors' }));

  let addresses = 0;
  /** Another address each time: a second try has people of its own. */
  const newEmail = () => `somebody${(addresses += 1)}@states.test`;

  const alerts = () => ui.page.getByRole('main').getByRole('alert');
  const loading = () => ui.page.locator('main output[aria-label^="Loading"]');

  /** Every page that asks the database, and how many of its parts say so when it fails. */
  const failingPages = () =>
    [
      ['/dashboard', 5],
      ['/dashboard/users', 1],
      ['/admin/users', 1],
      [person, 1],
      ['/admin/sync', 2],
      [run, 1],
      ['/admin/organizations', 1],
      [organization, 1],
      ['/admin/webhooks', 2],
      ['/admin/audit', 1],
      ['/admin/settings?section=tokens', 1],
    ] as const;

  it('each part that could not be loaded says why, with the code and a retry that works', async () => {
    onTestFinished(() => ui.tap.mend());
    for (const [address, parts] of failingPages()) {
      ui.tap.fail((query) => query !== 'users:current');
      await ui.page.goto(ui.world.webUrl + address);
      await expect.poll(() => alerts().count(), { ...patient, message: address }).toBe(parts);
      await alive(ui.page);
      const link = alerts()
        .first()
        .getByRole('link', { name: /^RATE_LIMITED/ });
      expect(await link.getAttribute('href')).toBe('/docs/errors#RATE_LIMITED');
      await alerts().first().getByText('Too many requests. Wait a moment.').waitFor();
      await expect.poll(() => loading().count(), { message: address }).toBe(0);
      expect({ address, count: await ui.page.getByRole('heading', { level: 1 }).count() }).toEqual({
        address,
        count: 1,
      });
      ui.tap.mend();
      await alerts().first().getByRole('button', { name: 'Try again' }).press('Enter');
      await expect.poll(() => alerts().count(), { ...patient, message: address }).toBe(0);
    }
  });

  it('a page whose data is on its way shows its outline, and no empty list', async () => {
    onTestFinished(() => ui.tap.mend());
    const pages = [
      ['Directory', 'Loading the directory'],
      ['Users', 'Loading users'],
      ['Organizations', 'Loading organizations'],
      ['Sync', 'Loading the state of the sync'],
      ['Webhooks', 'Loading deliveries'],
      ['Audit log', 'Loading the log'],
    ] as const;
    // One document for all of them: none has what another one has loaded.
    await ui.visit('/admin/settings');
    for (const [name, label] of pages) {
      ui.tap.hold();
      await ui.page.getByRole('link', { name, exact: true }).click();
      await ui.page.locator(`output[aria-label="${label}"]`).waitFor();
      expect(await ui.page.getByText(/nobody|nothing|no .* yet/i).count()).toBe(0);
      expect(await violations(ui.page)).toEqual([]);
      ui.tap.release();
      await expect.poll(() => loading().count(), { ...patient, message: name }).toBe(0);
    }
  });

  it('says that live updates stopped, keeps what is there, and catches up by itself', async () => {
    onTestFinished(() => ui.tap.mend());
    const email = newEmail();
    const { id } = await ui.world.clerk.createUser({ email, firstName: 'Live', lastName: 'Wire' });
    const row = userRow(ui.page, email);
    await ui.visit(`/admin/users?q=${email}`);
    await row.getByText('Staff', { exact: true }).waitFor();
    await ui.tap.sever();
    const notice = ui.page.getByText('Live updates are paused; reconnecting.');
    await notice.waitFor(patient);
    expect(await violations(ui.page)).toEqual([]);
    await ui.world.clerk.backend('PATCH', `/users/${id}`, { first_name: 'Meanwhile' });
    expect(await row.getByText('Live Wire').count()).toBe(1);
    ui.tap.mend();
    // As browsers do when the network is there again; otherwise Convex's next try comes seconds later.
    await ui.page.evaluate(() => window.dispatchEvent(new Event('online')));
    await notice.waitFor({ state: 'detached', ...patient });
    await row.getByText('Meanwhile Wire').waitFor();
  });

  it('a command that does not get through says so in its dialog; the next try is sent once, and its button keeps the focus', async () => {
    const email = newEmail();
    await ui.visit('/admin/users');
    await ui.page.route('**/api/trpc/**', (route) => route.abort());
    await ui.page.getByRole('button', { name: 'Invite', exact: true }).click();
    const dialog = ui.page.getByRole('alertdialog');
    await dialog.getByLabel('Email address').fill(email);
    await ui.page.keyboard.press('Enter');
    await dialog.getByRole('alert').getByText('The server cannot be reached').waitFor();
    await dialog.getByRole('link', { name: /^INTERNAL/ }).waitFor();
    expect(await lookOver(ui.page)).toEqual([]);
    await ui.page.unroute('**/api/trpc/**');

    let sent = 0;
    let letGo = () => {};
    const held = new Promise<void>((resolve) => (letGo = resolve));
    await ui.page.route('**/api/trpc/users.invite*', async (route) => {
      sent += 1;
      await held;
      await route.continue();
    });
    const send = dialog.getByRole('button', { name: 'Send invitation' });
    await send.press('Enter');
    await expect.poll(() => send.getAttribute('aria-disabled')).toBe('true');
    expect(await send.evaluate((button) => button === document.activeElement)).toBe(true);
    await send.press('Enter');
    letGo();
    await ui.page.getByText(`${email} is invited`).waitFor();
    expect(sent).toBe(1);
    await dialog.waitFor({ state: 'detached' });
  });

  it('nothing to show is said in words, with a way on', async () => {
    const empty = [
      ['/admin/users?q=nobody-of-that-name', 'Nobody matches', 'Show everybody'],
      ['/admin/users?sync=failed', 'Nobody matches', 'Show everybody'],
      ['/admin/audit?action=no.such.action', 'No entry fits', 'Show the whole log'],
      ['/admin/webhooks?id=msg_none', 'No delivery fits', 'Show all deliveries'],
      ['/admin/organizations?q=nowhere', 'No organization fits', 'Show all organizations'],
    ] as const;
    for (const [address, words, way] of empty) {
      await ui.visit(address);
      await ui.page.getByRole('heading', { name: words }).waitFor();
      await ui.page.getByRole('button', { name: way }).press('Enter');
      await ui.page.getByRole('heading', { name: words }).waitFor({ state: 'detached' });
      await expect.poll(() => new URL(ui.page.url()).search).toBe('');
    }
    const gone = [
      ['/admin/users/zzzz', 'There is no such person'],
      ['/admin/organizations/zzzz', 'There is no such organization'],
      ['/admin/sync/zzzz', 'There is no such sync'],
    ] as const;
    for (const [address, words] of gone) {
      await ui.visit(address);
      await ui.page.getByRole('heading', { level: 1, name: words }).waitFor();
    }
  });

  it('Clerk out of reach: the page says so with its code, and its retry works', async () => {
    onTestFinished(async () => ui.world.clerk.local('DELETE', '/faults'));
    const other = await ui.newPage();
    await other.goto(`${ui.world.webUrl}/sign-in`);
    await other.locator('input[name="identifier"]').fill('admin@rollcall.test');
    await other.locator('.cl-formButtonPrimary').click();
    await other.locator('input[name="password"]').waitFor();
    await ui.world.clerk.local('POST', '/faults', { status: 503, match: '/tokens', count: 100 });
    await other.locator('input[name="password"]').fill(demoPassword);
    await other.locator('.cl-formButtonPrimary').click();
    await other.getByRole('heading', { name: 'This page cannot be shown right now' }).waitFor();
    await other.getByRole('link', { name: /^CLERK_UNAVAILABLE/ }).waitFor();
    expect(await violations(other)).toEqual([]);
    await ui.world.clerk.local('DELETE', '/faults');
    await other.getByRole('button', { name: 'Try again' }).press('Enter');
    await other.getByRole('heading', { name: 'Dashboard', level: 1 }).waitFor();
    await other.context().close();
  });

  describe('before the page has come to life', () => {
    /** From now on scripts wait; answers how to let them come. */
    async function freeze(target: Page): Promise<() => void> {
      let thaw = () => {};
      const thawed = new Promise<void>((resolve) => (thaw = resolve));
      await target.route(/\/assets\/.*\.js/, async (route) => {
        await thawed;
        // A page that was left meanwhile wants nothing any more.
        await route.continue().catch(() => undefined);
      });
      return thaw;
    }

    /** Opens an address whose scripts wait. */
    async function frozen(target: Page, address: string): Promise<() => void> {
      const thaw = await freeze(target);
      await target.goto(ui.world.webUrl + address, { waitUntil: 'commit' });
      await target.getByRole('heading', { level: 1 }).waitFor();
      return thaw;
    }

    it('what was pressed, typed and chosen is done once it has, and once only', async () => {
      const thaw = await frozen(ui.page, '/admin/users');
      await ui.page.getByRole('searchbox').fill('tanaka');
      await ui.page.getByRole('combobox', { name: 'Role' }).selectOption('staff');
      await ui.page.getByRole('button', { name: 'Invite', exact: true }).click();
      thaw();
      await ui.page.getByRole('alertdialog', { name: 'Invite somebody' }).waitFor();
      await ui.page.waitForURL((url) => {
        const { q, role } = Object.fromEntries(url.searchParams);
        return q === 'tanaka' && role === 'staff';
      });
      await ui.page.keyboard.press('Escape');
      await userRow(ui.page, 'staff@rollcall.test').waitFor();
      await expect.poll(() => ui.page.getByRole('row').count(), patient).toBe(2);
      await expect.poll(() => ui.page.getByRole('searchbox').inputValue()).toBe('tanaka');
    });

    it('a box and a menu pressed early open once; a link works without any script', async () => {
      const thaw = await frozen(ui.page, '/admin/users');
      await ui.page.getByRole('checkbox', { name: 'Select Yuki Tanaka' }).click();
      thaw();
      await ui.page.getByRole('region', { name: 'Selection' }).getByText('1 selected').waitFor();
      await ui.page.unroute(/\/assets\/.*\.js/);
      const again = await frozen(ui.page, '/admin/users');
      await ui.page.getByRole('button', { name: 'Theme' }).click();
      again();
      await ui.page.getByRole('menuitemradio', { name: 'Dark' }).waitFor();
      await ui.page.unroute(/\/assets\/.*\.js/);
      const last = await frozen(ui.page, '/admin/users');
      await ui.page.getByRole('link', { name: 'Audit log' }).click();
      await ui.page.waitForURL(/\/admin\/audit/, { waitUntil: 'commit' });
      expect(await ui.page.getByRole('menu').count()).toBe(0);
      last();
    });

    it('a shortcut pressed early and what was typed after it are not lost', async () => {
      const thaw = await frozen(ui.page, '/dashboard');
      await ui.page.keyboard.press('ControlOrMeta+k');
      await ui.page.keyboard.type('webh');
      thaw();
      await ui.page
        .getByRole('dialog')
        .getByRole('option', { name: /Webhooks/, selected: true })
        .waitFor();
      await ui.page.unroute(/\/assets\/.*\.js/);
      const again = await frozen(ui.page, '/dashboard');
      await ui.page.keyboard.press('g');
      await ui.page.keyboard.press('u');
      again();
      await expect.poll(() => new URL(ui.page.url()).pathname).toBe('/admin/users');
    });

    it('going back early shows the page of that address', async () => {
      await ui.visit('/admin/audit');
      const alarms = ui.page.getByRole('button', { name: 'Alarms' });
      await alarms.press('Enter');
      await ui.page.waitForURL(/alarm=true/);
      const thaw = await freeze(ui.page);
      await ui.page.reload({ waitUntil: 'commit' });
      await ui.page.getByRole('heading', { level: 1 }).waitFor();
      await ui.page.evaluate(() => history.back());
      thaw();
      await expect.poll(() => alarms.getAttribute('aria-pressed'), patient).toBe('false');
      await expect.poll(() => new URL(ui.page.url()).search).toBe('');
    });

    it('a dark page is dark from its first HTML on, by the system and by choice', async () => {
      const dark = await ui.newPage({ colorScheme: 'dark' });
      const background = () => dark.evaluate(() => getComputedStyle(document.body).backgroundColor);
      await frozen(dark, '/sign-in');
      const night = await background();
      await dark.emulateMedia({ colorScheme: 'light' });
      await frozen(dark, '/sign-in');
      const day = await background();
      expect(day).not.toBe(night);
      await dark.evaluate(() => localStorage.setItem('rollcall-theme', 'dark'));
      await frozen(dark, '/sign-in');
      expect(await background()).toBe(night);
      await dark.context().close();
    });
  });

  it('nothing moves for those who asked for that', async () => {
    await ui.visit('/admin/users');
    await ui.page.getByRole('button', { name: 'Actions for Yuki Tanaka' }).click();
    await ui.page.getByRole('menuitem', { name: 'Edit name' }).click();
    await ui.page.getByRole('alertdialog').waitFor();
    const moving = await ui.page.evaluate(() =>
      [...document.querySelectorAll('*')]
        .filter((element) => element.closest('[class*="cl-"]') === null)
        .flatMap((element) => {
          const { transitionDuration, animationDuration } = getComputedStyle(element);
          const longest = [transitionDuration, animationDuration]
            .flatMap((list) => list.split(','))
            .map(Number.parseFloat);
          return Math.max(...longest) > 0.001 ? [element.outerHTML.slice(0, 100)] : [];
        }),
    );
    expect(moving).toEqual([]);
  });

  it('nothing flashes and nothing leaks: what an admin may see never reaches staff', async () => {
    const staff = await ui.signedIn('staff@rollcall.test');
    const heard: string[] = [];
    staff.on('websocket', (socket) => {
      socket.on('framereceived', ({ payload }) => heard.push(String(payload)));
    });
    const addresses = [
      '/dashboard',
      '/dashboard/users',
      ...failingPages()
        .slice(2)
        .map(([at]) => at),
    ];
    for (const address of addresses) {
      const response = await staff.goto(ui.world.webUrl + address);
      heard.push((await response?.text()) ?? '');
      await alive(staff);
      const refused = await staff.getByText('Unauthorized: Admin access required').count();
      const isAdmins = address.startsWith('/admin');
      expect({ address, status: response?.status(), refused }).toEqual({
        address,
        status: isAdmins ? 403 : 200,
        refused: isAdmins ? 1 : 0,
      });
    }
    // What was heard can be searched: their own address is in it.
    expect(heard.some((text) => text.includes('staff@rollcall.test'))).toBe(true);
    const secrets = ['superadmin@rollcall.test', 'admin@rollcall.test', 'Northwind Dental', 'msg_'];
    for (const secret of secrets) {
      expect({ secret, found: heard.filter((text) => text.includes(secret)) }).toEqual({
        secret,
        found: [],
      });
    }
    await staff.context().close();
  });
}
