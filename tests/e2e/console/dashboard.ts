import { randomUUID } from 'node:crypto';
import { Webhook } from 'svix';
import { describe, expect, it, onTestFinished } from 'vitest';
import { lookOver, violations } from '../../support/accessibility';
import { arrival, type ConsoleWorld } from '../../support/console-world';
import { pressUntil, tabAndPress } from '../../support/keyboard';
import { alive, changeRoleInMenu, rowsUneven, userRow } from '../../support/rollcall-page';
import { triesBefore } from '../../support/tries';

/** One more than pass unasked in a small installation, and two to be held. */
const crowd = ['Ada', 'Bo', 'Cy', 'Di', 'Eve', 'Flo', 'Gus'];

/** First of all suites: it begins with a new installation. */
export function dashboardTests(ui: ConsoleWorld): void {
  // By name: the superadmin's address ends like theirs.
  const admin = { email: 'Mateo Lindqvist', name: 'Mateo Lindqvist' };

  /** Until it has reached Clerk: the row shows the role before, and leaving may cut the command off. */
  async function changeRole(label: string): Promise<void> {
    await changeRoleInMenu(ui.page, admin, label);
    await ui.page.getByRole('alertdialog').waitFor({ state: 'detached' });
    const row = userRow(ui.page, admin.name);
    await row.getByText(label, { exact: true }).waitFor();
    await row.getByText('Synced').waitFor(arrival);
  }

  it('tells a new installation what to do next, and stops when it is done', async (context) => {
    if (triesBefore(context) > 0) await ui.startAnew();
    await ui.visit('/admin/users');
    await changeRole('Staff');
    await ui.visit('/dashboard');
    const steps = ui.part('First steps');
    await steps.getByText('Set up this installation').waitFor();
    const open = steps.getByRole('listitem').filter({ has: ui.page.getByLabel('To do:') });
    await expect.poll(() => open.count()).toBe(1);
    await open.getByText('Roles are given out').waitFor();
    expect(await lookOver(ui.page)).toEqual([]);
    await tabAndPress(ui.page, open.getByRole('link', { name: 'users page' }));
    await ui.page.waitForURL(/\/admin\/users/);
    await changeRole('Admin');
    await ui.visit('/dashboard');
    await ui.page.getByLabel(/^Superadmin: \d+$/).waitFor();
    await steps.waitFor({ state: 'detached' });
  });

  it('the chart has the changes of today in numbers too, and recent changes are sentences', async () => {
    await ui.visit('/dashboard');
    const chart = ui.part('Changes per day');
    const table = chart.getByRole('table', { name: 'Changes per day' });
    const today = table.getByRole('row').last();
    await today.waitFor();
    const numbersOf = async (day: typeof today) =>
      (await day.getByRole('cell').allTextContents()).map(Number);
    // Yesterday counts too: the day may have turned since.
    const yesterday = await numbersOf(table.getByRole('row').nth(-2));
    const [people = 0, roles = 0] = (await numbersOf(today)).map((n, i) => n + (yesterday[i] ?? 0));
    // The two role changes of the test before, and the people who came.
    expect(roles).toBeGreaterThanOrEqual(2);
    expect(people).toBeGreaterThanOrEqual(3);
    await ui
      .part('Recent changes')
      .getByText(/Grace Okafor/)
      .first()
      .waitFor();
  });

  it('C8: an alarm is a sentence, and whoever may says that it was looked after', async () => {
    await foreignEvent();
    await ui.visit('/dashboard');
    const alarms = ui.part('Alarms');
    await alarms.getByText(/alarms? that nobody has looked after/).waitFor();
    await alarms.getByRole('listitem').first().waitFor();
    expect(await lookOver(ui.page)).toEqual([]);
    await tabAndPress(ui.page, alarms.getByRole('button', { name: 'I have looked after it' }));
    await alarms.waitFor({ state: 'detached' });
  });

  /** A well-signed event of another Clerk instance: quarantined, with an alarm. */
  async function foreignEvent(): Promise<void> {
    const user = await ui.world.clerk.userByEmail('staff@rollcall.test');
    const body = JSON.stringify({
      type: 'user.updated',
      object: 'event',
      timestamp: Date.now(),
      instance_id: 'ins_of_somebody_else',
      data: user,
    });
    const id = `msg_${randomUUID()}`;
    const at = new Date();
    const response = await fetch(`${ui.world.webUrl}/api/webhooks/clerk`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'svix-id': id,
        'svix-timestamp': String(Math.floor(at.getTime() / 1000)),
        'svix-signature': new Webhook(ui.world.env.CLERK_WEBHOOK_SECRET ?? '').sign(id, at, body),
      },
      body,
    });
    expect(response.status).toBe(200);
  }

  it('pain 6: a mass change of roles in Clerk waits for a decision, which goes either way', async (context) => {
    if (triesBefore(context) > 0) await ui.startAnew();
    const ids: string[] = [];
    for (const firstName of crowd) {
      const email = `${firstName.toLowerCase()}@crowd.test`;
      ids.push((await ui.world.clerk.createUser({ email, firstName, lastName: 'Crowd' })).id);
    }
    await ui.visit('/admin/users?q=crowd');
    await expect.poll(() => ui.page.getByRole('row').count(), arrival).toBe(crowd.length + 1);
    const inClerk = (role: string) =>
      Promise.all(ids.map((id) => ui.world.clerk.mergeMetadata(id, { public_metadata: { role } })));
    await inClerk('admin');
    await ui.page.getByText('Held: Admin').nth(1).waitFor(arrival);
    await expect.poll(() => ui.page.getByText('Held: Admin').count()).toBe(2);
    for (const width of [360, 1280]) {
      await ui.page.setViewportSize({ width, height: 800 });
      await expect.poll(() => rowsUneven(ui.page)).toBeLessThanOrEqual(1);
    }
    expect(await lookOver(ui.page)).toEqual([]);

    await ui.visit('/dashboard');
    const brake = ui.part('Brake');
    await brake.getByText('2 role changes from Clerk are held').waitFor();
    await brake.getByText(/roles of more than 5 people \(of \d+\) were changed/).waitFor();
    expect(await lookOver(ui.page)).toEqual([]);
    const keep = brake.getByRole('button', { name: 'Keep our roles and send them to Clerk' });
    await tabAndPress(ui.page, keep);
    await brake.waitFor({ state: 'detached', ...arrival });
    await ui.visit('/admin/users?q=crowd');
    await expect.poll(() => ui.page.getByText('Held: Admin').count(), arrival).toBe(0);
    await expect.poll(() => staffInClerk(ids), arrival).toBe(2);

    // Changed once more, and taken over: the held roles count.
    await inClerk('admin');
    await ui.visit('/dashboard');
    await brake.getByText('2 role changes from Clerk are held').waitFor(arrival);
    const take = brake.getByRole('button', { name: 'Take over the roles from Clerk' });
    await tabAndPress(ui.page, take);
    await brake.waitFor({ state: 'detached', ...arrival });
    await ui.visit('/admin/users?q=crowd&role=admin');
    await expect.poll(() => ui.page.getByRole('row').count(), arrival).toBe(crowd.length + 1);
  });

  async function staffInClerk(ids: readonly string[]): Promise<number> {
    const query = ids.map((id) => `user_id=${id}`).join('&');
    const users = await ui.world.clerk.backend<{ public_metadata: { role?: string } }[]>(
      'GET',
      `/users?limit=100&${query}`,
    );
    return users.filter(({ public_metadata: { role } }) => role === 'staff').length;
  }

  describe('the palette and the shortcuts', () => {
    it('opens by key from anywhere, without Clerk’s scripts, and finds pages, people and actions', async () => {
      const bare = await ui.page.context().newPage();
      // What comes from Clerk's address: its scripts and everything they ask.
      await bare.route(/clerk-js|__clerk|\/npm\/@clerk/, (route) => route.abort());
      await bare.goto(`${ui.world.webUrl}/dashboard`);
      await bare.getByLabel(/^Superadmin: \d+$/).waitFor();
      // Pressed early, it answers once the page can.
      const palette = bare.getByRole('dialog');
      let letIn = () => {};
      const wanted = new Promise<void>((resolve) => (letIn = resolve));
      await bare.route(/assets\/palette-/, async (route) => {
        await wanted;
        await route.continue();
      });
      await bare.getByRole('button', { name: 'Theme' }).click();
      await bare.getByRole('menu').waitFor();
      await bare.keyboard.press('Escape');
      await bare.getByRole('menu').waitFor({ state: 'detached' });
      await bare.keyboard.press('Control+k');
      // Typed while it is on its way, and no shortcut of the page.
      await bare.keyboard.type('webh');
      letIn();
      await palette.waitFor();
      expect(new URL(bare.url()).pathname).toBe('/dashboard');
      await bare.getByRole('option', { name: /Webhooks/, selected: true }).waitFor();
      await bare.keyboard.press('Enter');
      await bare.waitForURL(/\/admin\/webhooks/);
      await palette.waitFor({ state: 'detached' });
      await bare.keyboard.press('?');
      const help = bare.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await help.getByText('Go to Users').waitFor();
      await bare.close();
    });

    it('finds a person by name and opens their page; does what it says it does', async () => {
      onTestFinished(() => ui.page.evaluate(() => localStorage.clear()));
      await ui.visit('/dashboard');
      await ui.page.keyboard.press('Control+k');
      const palette = ui.page.getByRole('dialog');
      await palette.getByRole('option', { name: /Invite somebody/ }).waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await ui.page.keyboard.type('tanaka');
      await palette.getByRole('option', { name: /Yuki Tanaka/, selected: true }).waitFor();
      await ui.page.keyboard.press('Enter');
      await ui.page.getByRole('heading', { level: 1, name: 'Yuki Tanaka' }).waitFor();
      await palette.waitFor({ state: 'detached' });
      for (const [words, label, address] of [
        ['failed', 'Show people with failed pushes', /[?&]sync=failed/],
        ['differ', 'Show people who differ from Clerk', /[?&]sync=differs/],
        ['invite', 'Invite somebody', /[?&]do=invite/],
      ] as const) {
        await ui.page.keyboard.press('Control+k');
        await ui.page.keyboard.type(words);
        await palette.getByRole('option', { name: label, selected: true }).waitFor();
        await ui.page.keyboard.press('Enter');
        await ui.page.waitForURL(address);
        await palette.waitFor({ state: 'detached' });
      }
      await ui.page.getByRole('alertdialog').waitFor();
      await ui.page.keyboard.press('Escape');
      await ui.page.getByRole('alertdialog').waitFor({ state: 'detached' });
      await ui.page.keyboard.press('Control+k');
      await ui.page.keyboard.type('dark theme');
      await palette.getByRole('option', { name: 'Dark theme', selected: true }).waitFor();
      await ui.page.keyboard.press('Enter');
      await ui.page.waitForFunction(() => document.documentElement.classList.contains('dark'));
    });

    it('each key in the help does what stands beside it, and a key in a field is a letter', async () => {
      await ui.visit('/admin/users');
      const help = ui.page.getByRole('dialog', { name: 'Keyboard shortcuts' });
      await ui.page.keyboard.press('?');
      await help.waitFor();
      expect(await violations(ui.page)).toEqual([]);
      await ui.page.keyboard.press('Escape');
      await help.waitFor({ state: 'detached' });
      await ui.page.keyboard.press('/');
      await expect
        .poll(() => ui.page.getByRole('searchbox').evaluate((it) => it === document.activeElement))
        .toBe(true);
      await ui.page.keyboard.type('g d?i');
      await expect.poll(() => ui.page.getByRole('searchbox').inputValue()).toBe('g d?i');
      expect(await ui.page.getByRole('dialog').count()).toBe(0);
      await ui.page.getByRole('searchbox').fill('');
      await ui.page.getByRole('searchbox').blur();
      await userRow(ui.page, 'staff@rollcall.test').waitFor();
      await ui.page.keyboard.press('i');
      await ui.page.getByRole('alertdialog', { name: 'Invite somebody' }).waitFor();
      await ui.page.keyboard.press('Escape');
      await ui.page.getByRole('alertdialog').waitFor({ state: 'detached' });
      for (const [key, address] of [
        ['d', '/dashboard'],
        ['y', '/dashboard/users'],
        ['o', '/admin/organizations'],
        ['s', '/admin/sync'],
        ['w', '/admin/webhooks'],
        ['a', '/admin/audit'],
        ['t', '/admin/settings'],
        ['u', '/admin/users'],
      ] as const) {
        await ui.page.keyboard.press('g');
        await ui.page.keyboard.press(key);
        await ui.page.waitForURL((url) => url.pathname === address);
      }
      await userRow(ui.page, 'staff@rollcall.test').waitFor();
      await ui.page.keyboard.press('j');
      await ui.page.keyboard.press('x');
      await ui.part('Selection').getByText('1 selected').waitFor();
      await ui.page.keyboard.press('Escape');
      await ui.part('Selection').waitFor({ state: 'detached' });
    });

    it('staff find their two pages in it, nobody else’s data and no action of others', async () => {
      const staff = await ui.signedIn('staff@rollcall.test');
      await alive(staff);
      await staff.keyboard.press('Control+k');
      const palette = staff.getByRole('dialog');
      await palette.getByRole('option', { name: 'Directory' }).waitFor();
      const options = await palette.getByRole('option').allTextContents();
      expect(options.join(' ')).not.toMatch(/Users|Audit|Invite|Sync|Settings|Webhooks/);
      await staff.keyboard.type('grace');
      await palette.getByText('Nothing by that name.').waitFor();
      expect(await violations(staff)).toEqual([]);
      await staff.keyboard.press('Escape');
      await palette.waitFor({ state: 'detached' });
      await staff.keyboard.press('g');
      await staff.keyboard.press('u');
      await staff.keyboard.press('g');
      await staff.keyboard.press('y');
      await staff.waitForURL((url) => url.pathname === '/dashboard/users');
      await staff.context().close();
    });
  });

  it('a phone reaches every page through the sheet, by keyboard', async () => {
    onTestFinished(() => ui.page.setViewportSize({ width: 1280, height: 800 }));
    await ui.page.setViewportSize({ width: 360, height: 780 });
    await ui.visit('/dashboard');
    await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Open navigation' }));
    const sheet = ui.page.getByRole('dialog', { name: 'Navigation' });
    await sheet.waitFor();
    expect(await violations(ui.page)).toEqual([]);
    const link = sheet.getByRole('link', { name: 'Audit log' });
    await pressUntil(ui.page, 'Tab', link);
    await ui.page.keyboard.press('Enter');
    await ui.page.waitForURL(/\/admin\/audit/);
    await sheet.waitFor({ state: 'detached' });
  });
}
