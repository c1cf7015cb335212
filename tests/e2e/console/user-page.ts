import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { lookOver } from '../../support/accessibility';
import { arrival, type ConsoleWorld } from '../../support/console-world';
import { pressUntil, tabAndPress, takeItem } from '../../support/keyboard';
import { alive, personIdOf, userRow } from '../../support/rollcall-page';

/** Everything here is done with the keyboard alone. */
export function userPageTests(ui: ConsoleWorld): void {
  beforeAll(async () => {
    const { id } = await newPerson('Mira', 'Vance');
    const owner = await ui.world.clerk.userByEmail('superadmin@rollcall.test');
    const made = await ui.world.clerk.backend<{ id: string }>('POST', '/organizations', {
      name: 'Harbour Clinic',
      created_by: owner.id,
    });
    await ui.world.clerk.backend('POST', `/organizations/${made.id}/memberships`, {
      user_id: id,
      role: 'org:member',
    });
  });
  afterEach(async () => {
    await ui.world.clerk.local('DELETE', '/faults');
  });

  const newPerson = (firstName: string, lastName: string) =>
    ui.world.clerk.createUser({
      email: `${firstName}.${lastName}@rollcall.test`.toLowerCase(),
      firstName,
      lastName,
    });

  const dialog = () => ui.page.getByRole('alertdialog');
  const clerkOf = (email: string) => ui.world.clerk.userByEmail(email);

  async function openMenu(name: string): Promise<void> {
    await tabAndPress(ui.page, ui.page.getByRole('button', { name: `Actions for ${name}` }));
    await ui.page.getByRole('menu').waitFor();
  }

  async function confirm(name: string): Promise<void> {
    await tabAndPress(ui.page, dialog().getByRole('button', { name, exact: true }));
    await dialog().waitFor({ state: 'detached' });
  }

  describe('the page of a person', () => {
    const email = 'mira.vance@rollcall.test';
    const fact = (field: string) =>
      ui.part('Profile').locator('div', { has: ui.page.getByText(field, { exact: true }) });

    it('shows the profile with where each field comes from, organizations, webhooks and audit', async () => {
      const id = await personIdOf(ui.page, 'Mira Vance');
      await ui.visit(`/admin/users/${id}`);
      await fact('Primary email').getByText(email).waitFor();
      await fact('Role').getByText('The default role').waitFor();
      await ui.part('Organizations').getByText('Harbour Clinic').waitFor();
      await ui
        .part('Organizations')
        .getByText(/^member, since/)
        .waitFor();
      await ui.part('Webhooks about this person').getByText('user.created').waitFor();
      await ui.part('Webhooks about this person').getByText('applied').waitFor();
      await ui.part('Role history').getByText('The role has never changed.').waitFor();
      await ui.part('Audit').getByRole('listitem').first().waitFor();
      const clerk = await clerkOf(email);
      await ui.part('In step with Clerk').getByText(clerk.id).waitFor();
      const link = ui.part('In step with Clerk').getByRole('link', { name: 'Open in Clerk' });
      expect(await link.getAttribute('href')).toBe(
        `${ui.world.clerkDashboardUrl}#/users/${clerk.id}`,
      );
      expect(await lookOver(ui.page)).toEqual([]);
    });

    it('D2: the name is edited there, in both places, and the page says who named it so', async () => {
      await openMenu('Mira Vance');
      await takeItem(ui.page, 'Edit name');
      await dialog().getByLabel('First name').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await pressUntil(ui.page, 'Tab', dialog().getByLabel('Last name'));
      await ui.page.keyboard.press('Control+a');
      await ui.page.keyboard.type('Vance-Lund');
      await ui.page.keyboard.press('Enter');
      await dialog().waitFor({ state: 'detached' });
      await ui.page.getByRole('heading', { level: 1, name: 'Mira Vance-Lund' }).waitFor();
      await expect.poll(async () => (await clerkOf(email)).last_name, arrival).toBe('Vance-Lund');
      await ui
        .part('Audit')
        .getByText(/Grace Okafor/)
        .first()
        .waitFor();
    });

    it('C1, C8: a role given there shows in the history; where Clerk refuses, retry and dismiss', async () => {
      await ui.world.clerk.local('POST', '/faults', { status: 422, match: '/metadata' });
      await openMenu('Mira Vance-Lund');
      await pressUntil(
        ui.page,
        'ArrowDown',
        ui.page.getByRole('menuitem', { name: 'Update Role' }),
      );
      await ui.page.keyboard.press('ArrowRight');
      const admin = ui.page.getByRole('menuitemradio', { name: 'Admin', exact: true });
      await pressUntil(ui.page, 'ArrowDown', admin);
      await ui.page.keyboard.press('Enter');
      await dialog().getByText('Change the role of Mira Vance-Lund?').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await confirm('Change to Admin');
      await ui.part('Role history').getByText('Admin').waitFor();
      await ui
        .part('Role history')
        .getByText(/Grace Okafor, Console/)
        .waitFor();
      const standing = ui.part('In step with Clerk');
      await standing.getByText('Role failed').waitFor(arrival);
      expect(await lookOver(ui.page)).toEqual([]);

      // Another refusal, so that what the retry got is told from what was there before.
      await ui.world.clerk.local('DELETE', '/faults');
      await ui.world.clerk.local('POST', '/faults', { status: 403, match: '/metadata' });
      await tabAndPress(ui.page, standing.getByRole('button', { name: /^Retry/ }));
      await ui.page.getByText('is on its way to Clerk again').first().waitFor();
      await standing.getByText(/\(403/).waitFor(arrival);
      await openMenu('Mira Vance-Lund');
      await takeItem(ui.page, 'Dismiss failed push');
      await ui.page.getByText('is dismissed').waitFor();
      await standing.getByText('Role differs').waitFor();
      await ui.world.clerk.local('DELETE', '/faults');
      await openMenu('Mira Vance-Lund');
      await takeItem(ui.page, 'Retry push');
      await standing.getByText('Synced').waitFor(arrival);
      const roleThere = async () => (await clerkOf(email)).public_metadata.role;
      await expect.poll(roleThere, arrival).toBe('admin');
    });

    it('A11: Sync from Clerk brings what a lost webhook said', async () => {
      await ui.world.clerk.webhooks('drop');
      const { id } = await clerkOf(email);
      await ui.world.clerk.backend('PATCH', `/users/${id}`, { first_name: 'Miranda' });
      await ui.world.clerk.webhooks('deliver');
      await openMenu('Mira Vance-Lund');
      await takeItem(ui.page, 'Sync from Clerk');
      const name = ui.page.getByRole('heading', { level: 1 });
      await expect.poll(() => name.textContent(), arrival).toBe('Miranda Vance-Lund');
    });

    it('D2: deactivated, reactivated and deleted for good, each after a question', async () => {
      const name = 'Miranda Vance-Lund';
      const head = ui.page.getByRole('main').locator('header');
      await openMenu(name);
      await takeItem(ui.page, 'Deactivate');
      await dialog().getByText(`Deactivate ${name}?`).waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await confirm('Deactivate');
      await head.getByText('Deactivated').waitFor();
      await expect.poll(async () => (await clerkOf(email)).banned, arrival).toBe(true);
      await openMenu(name);
      await takeItem(ui.page, 'Reactivate');
      await confirm('Reactivate');
      await head.getByText('Active').waitFor();
      await expect.poll(async () => (await clerkOf(email)).banned, arrival).toBe(false);

      await openMenu(name);
      await takeItem(ui.page, 'Delete');
      await dialog().getByRole('textbox').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await pressUntil(ui.page, 'Tab', dialog().getByRole('textbox'));
      await ui.page.keyboard.type(email);
      await ui.page.keyboard.press('Enter');
      await dialog().waitFor({ state: 'detached' });
      await head.getByText('Deleted').waitFor();
      const { id } = await clerkOfDeleted(email);
      expect(id).toBeUndefined();
      // Nothing is left to do to somebody who is gone, and the menu says so.
      await openMenu(name);
      const stillOffered = () =>
        ui.page
          .locator('[role=menuitem]:not([aria-disabled=true])')
          .filter({ hasNotText: /Open in Clerk|Copy/ })
          .allTextContents();
      await ui.page.getByRole('menuitem', { name: 'Open in Clerk' }).waitFor();
      await expect.poll(stillOffered).toEqual([]);
      await ui.page.keyboard.press('Escape');
    });

    async function clerkOfDeleted(address: string): Promise<{ id?: string }> {
      const list = () =>
        ui.world.clerk.backend<{ id: string }[]>(
          'GET',
          `/users?email_address=${encodeURIComponent(address)}`,
        );
      await expect.poll(async () => (await list()).length, arrival).toBe(0);
      return {};
    }
  });

  describe('many people at once', () => {
    const names = ['Ana', 'Ben', 'Cleo', 'Dov'];
    const box = (name: string) => ui.page.getByRole('checkbox', { name: `Select ${name} Bulk` });
    const state = (name: string) => userRow(ui.page, `${name.toLowerCase()}.bulk@rollcall.test`);

    it('C1: roles of many change with progress and a result for each', async () => {
      for (const name of names) await newPerson(name, 'Bulk');
      await ui.visit('/admin/users?q=bulk');
      await expect.poll(() => ui.page.getByRole('row').count()).toBe(5);
      await pressUntil(ui.page, 'Tab', box('Ana'));
      await ui.page.keyboard.press('Space');
      const bar = ui.part('Selection');
      await bar.getByText('1 selected').waitFor();
      await tabAndPress(ui.page, bar.getByRole('button', { name: 'Select all 4' }));
      await bar.getByText('4 selected').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await tabAndPress(ui.page, bar.getByRole('button', { name: /^Change role/ }));
      await takeItem(ui.page, /^Admin/);
      await dialog().getByText('Change the role of 4 people to Admin?').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await confirm('Change to Admin');
      const progress = ui.part('Bulk change');
      await progress.getByText('Done: 4 changed').waitFor(arrival);
      for (const name of names) await state(name).getByText('Admin').waitFor();
      await tabAndPress(ui.page, progress.getByRole('button', { name: 'See results' }));
      const results = ui.page.getByRole('dialog');
      await expect.poll(() => results.getByText('Changed', { exact: true }).count()).toBe(5);
      expect(await lookOver(ui.page)).toEqual([]);
      await ui.page.keyboard.press('Escape');
      await tabAndPress(ui.page, progress.getByRole('button', { name: 'Put away' }));
      await progress.waitFor({ state: 'detached' });
    });

    it('D2: many are deactivated; whoever may not be is named with the reason, and all come back', async () => {
      // The first match is the viewer's own row, which the rules protect.
      await ui.visit('/admin/users');
      const all = ui.page.getByRole('checkbox', { name: /^Select all/ });
      await pressUntil(ui.page, 'Tab', all);
      await ui.page.keyboard.press('Space');
      const bar = ui.part('Selection');
      await tabAndPress(ui.page, bar.getByRole('button', { name: 'Deactivate' }));
      await dialog()
        .getByText(/^Deactivate \d+ people\?/)
        .waitFor();
      await confirm('Deactivate');
      const progress = ui.part('Bulk change');
      await progress.getByText(/^Done: \d+ changed, 1 refused/).waitFor(arrival);
      await tabAndPress(ui.page, progress.getByRole('button', { name: 'See results' }));
      const results = ui.page.getByRole('dialog');
      await results.getByText('Grace Okafor').waitFor();
      await results.getByText(/^Refused: /).waitFor();
      await ui.page.keyboard.press('Escape');
      await state('Ana').getByText('Deactivated').waitFor();

      await pressUntil(ui.page, 'Tab', all);
      await ui.page.keyboard.press('Space');
      await tabAndPress(ui.page, bar.getByRole('button', { name: 'Reactivate' }));
      await confirm('Reactivate');
      await progress.getByText(/^Done: \d+ changed/).waitFor(arrival);
      await state('Ana').getByText('Active').waitFor();
      await expect.poll(() => state('Ben').getByText('Deactivated').count()).toBe(0);
    });
  });

  describe('invitations', () => {
    it('D2: invited, listed, taken back; whoever follows one gets in with its role', async () => {
      await ui.visit('/admin/users');
      await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Invitations' }));
      const list = ui.page.getByRole('dialog', { name: 'Invitations' });
      await list.getByRole('heading').waitFor();
      await ui.page.keyboard.press('Escape');
      for (const email of ['first@rollcall.test', 'second@rollcall.test']) {
        await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Invite', exact: true }));
        await pressUntil(ui.page, 'Tab', dialog().getByLabel('Email address'));
        await ui.page.keyboard.type(email);
        await pressUntil(ui.page, 'Tab', dialog().getByRole('combobox'));
        await ui.page.keyboard.press('a');
        await expect.poll(() => dialog().getByRole('combobox').inputValue()).toBe('admin');
        await confirm('Send invitation');
        await ui.page.getByText(`${email} is invited as Admin`).waitFor();
      }
      // The way by keyboard from the top of the page, wherever the dialogs left the focus.
      await ui.visit('/admin/users');
      await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Invitations' }));
      const invited = (email: string) => list.getByRole('listitem').filter({ hasText: email });
      const first = invited('first@rollcall.test');
      const second = invited('second@rollcall.test');
      await first.getByText('Pending', { exact: true }).waitFor();
      await second.getByText('Pending', { exact: true }).waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      const revoke = list.getByRole('button', { name: /of second@rollcall.test/ });
      await tabAndPress(ui.page, revoke);
      await second.getByText('Revoked', { exact: true }).waitFor();
      await ui.page.keyboard.press('Escape');

      const guest = await ui.newPage();
      await guest.goto(await linkFor('first@rollcall.test'));
      await guest.getByLabel('Password', { exact: true }).fill('long-enough-1');
      await guest.getByRole('button', { name: 'Continue', exact: true }).click();
      await guest.waitForURL((url) => url.pathname.startsWith('/dashboard'));
      await guest.getByRole('link', { name: 'Users', exact: true }).waitFor();
      await guest.context().close();
      await ui.visit('/admin/users');
      await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Invitations' }));
      await first.getByText('Accepted', { exact: true }).waitFor();
      await ui.page.keyboard.press('Escape');
    });

    async function linkFor(email: string): Promise<string> {
      const { mails } = await ui.world.clerk.local<{
        mails: { kind: string; url: string | null }[];
      }>('GET', `/outbox-mail?email=${encodeURIComponent(email)}`);
      const link = mails.find(({ kind }) => kind === 'invitation')?.url;
      if (!link) throw new Error(`no invitation was mailed to ${email}`);
      return link;
    }
  });

  it('columns: what is taken off the table stays off after a reload, and comes back', async () => {
    await ui.visit('/admin/users');
    const header = ui.page.getByRole('columnheader', { name: 'State' });
    await header.waitFor();
    const toggle = async () => {
      await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Columns' }));
      const item = ui.page.getByRole('menuitemcheckbox', { name: 'State' });
      await pressUntil(ui.page, 'ArrowDown', item);
      await ui.page.keyboard.press('Enter');
    };
    await toggle();
    await header.waitFor({ state: 'hidden' });
    expect(await lookOver(ui.page)).toEqual([]);
    // Where there is no room for a column, it is not to choose either.
    const created = ui.page.getByRole('menuitemcheckbox', { name: 'Created' });
    await ui.page.setViewportSize({ width: 1100, height: 800 });
    await created.waitFor({ state: 'detached' });
    await ui.page.setViewportSize({ width: 1280, height: 800 });
    await created.waitFor();
    await ui.page.reload();
    await alive(ui.page);
    await header.waitFor({ state: 'hidden' });
    await toggle();
    await header.waitFor();
    await ui.page.keyboard.press('Escape');
  });
}
