import { afterEach, describe, expect, it, onTestFinished, type TestContext } from 'vitest';
import { lookOver } from '../../support/accessibility';
import { arrival, type ConsoleWorld } from '../../support/console-world';
import type { ClerkUserJson } from '../../support/clerk-control';
import { pressUntil, tabAndPress, takeItem } from '../../support/keyboard';
import { alive, pathOf, userRow } from '../../support/rollcall-page';
import { triesBefore } from '../../support/tries';

/** Everything here is done with the keyboard alone. */
export function userPageTests(ui: ConsoleWorld): void {
  afterEach(async () => {
    await ui.world.clerk.local('DELETE', '/faults');
    await ui.world.clerk.webhooks('deliver');
  });

  let addresses = 0;
  /** Another address each time: a second try has people of its own. */
  const newEmail = () => `somebody${(addresses += 1)}@page.test`;

  const dialog = () => ui.page.getByRole('alertdialog');

  async function openMenu(name: string): Promise<void> {
    await tabAndPress(ui.page, ui.page.getByRole('button', { name: `Actions for ${name}` }));
    await ui.page.getByRole('menu').waitFor();
  }

  async function confirm(name: string): Promise<void> {
    await tabAndPress(ui.page, dialog().getByRole('button', { name, exact: true }));
    await dialog().waitFor({ state: 'detached' });
  }

  describe('the page of a person', () => {
    let email = '';
    const inClerk = () => ui.world.clerk.userByEmail(email);

    /** Whom all of these are about, on their own page. */
    async function openNewPerson(firstName: string, lastName: string): Promise<ClerkUserJson> {
      email = newEmail();
      const made = await ui.world.clerk.createUser({ email, firstName, lastName });
      await ui.visit(`/admin/users?q=${encodeURIComponent(email)}`);
      const link = ui.page.getByRole('link', { name: `${firstName} ${lastName}`, exact: true });
      await ui.visit(await pathOf(link));
      return made;
    }

    /** Somebody new, as the tests before leave them, in place of whom a first try has changed. */
    async function openAnother(context: TestContext, firstName: string, lastName: string) {
      if (triesBefore(context) > 0) await openNewPerson(firstName, lastName);
    }

    const fact = (field: string) =>
      ui.part('Profile').locator('div', { has: ui.page.getByText(field, { exact: true }) });

    it('shows the profile with where each field comes from, organizations, webhooks and audit', async () => {
      const { id } = await openNewPerson('Mira', 'Vance');
      const owner = await ui.world.clerk.userByEmail('superadmin@rollcall.test');
      const made = await ui.world.clerk.backend<{ id: string }>('POST', '/organizations', {
        name: 'Harbour Clinic',
        created_by: owner.id,
      });
      const membership = { user_id: id, role: 'org:member' };
      await ui.world.clerk.backend('POST', `/organizations/${made.id}/memberships`, membership);
      await fact('Primary email').getByText(email).waitFor();
      await fact('Role').getByText('The default role').waitFor();
      await ui.part('Organizations').getByText('Harbour Clinic').waitFor();
      await ui
        .part('Organizations')
        .getByText(/^member, since/)
        .waitFor();
      await ui.part('Webhooks about this person').getByText('user.created').waitFor();
      await ui.part('Webhooks about this person').getByText('applied').first().waitFor();
      await ui.part('Role history').getByText('The role has never changed.').waitFor();
      await ui.part('Audit').getByRole('listitem').first().waitFor();
      await ui.part('In step with Clerk').getByText(id).waitFor();
      const link = ui.part('In step with Clerk').getByRole('link', { name: 'Open in Clerk' });
      expect(await link.getAttribute('href')).toBe(`${ui.world.clerkDashboardUrl}#/users/${id}`);
      expect(await lookOver(ui.page)).toEqual([]);
    });

    it('D2: the name is edited there, in both places, and the page says who named it so', async (context) => {
      await openAnother(context, 'Mira', 'Vance');
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
      await expect.poll(async () => (await inClerk()).last_name, arrival).toBe('Vance-Lund');
      await ui
        .part('Audit')
        .getByText(/Grace Okafor/)
        .first()
        .waitFor();
    });

    it('C1, C8: a role given there shows in the history; where Clerk refuses, retry and dismiss', async (context) => {
      await openAnother(context, 'Mira', 'Vance-Lund');
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
      const changes = ui.part('Role history').getByRole('listitem');
      await changes.getByText(/Grace Okafor, Console/).waitFor();
      await changes.getByText('Admin', { exact: true }).waitFor();
      const standing = ui.part('In step with Clerk');
      await standing.getByText('Role failed').waitFor(arrival);
      expect(await changes.count()).toBe(1);
      expect(await lookOver(ui.page)).toEqual([]);

      // Another refusal, so that what the retry got is told from what was there before.
      await ui.world.clerk.local('DELETE', '/faults');
      await ui.world.clerk.local('POST', '/faults', { status: 403, match: '/metadata' });
      await tabAndPress(ui.page, standing.getByRole('button', { name: /^Retry/ }));
      await ui.page.getByText('is on its way to Clerk again').first().waitFor();
      await standing.getByText(/\(403/).waitFor(arrival);
      await openMenu('Mira Vance-Lund');
      await takeItem(ui.page, 'Dismiss failed push');
      await ui.page.getByText('is dismissed').first().waitFor();
      await standing.getByText('Role differs').waitFor();
      await ui.world.clerk.local('DELETE', '/faults');
      await openMenu('Mira Vance-Lund');
      await takeItem(ui.page, 'Retry push');
      await standing.getByText('Synced').waitFor(arrival);
      const roleThere = async () => (await inClerk()).public_metadata.role;
      await expect.poll(roleThere, arrival).toBe('admin');
      // Neither the failures nor what was sent again is a change of the role.
      expect(await changes.count()).toBe(1);
    });

    it('A11: Sync from Clerk brings what a lost webhook said', async (context) => {
      await openAnother(context, 'Mira', 'Vance-Lund');
      await ui.world.clerk.webhooks('drop');
      const { id } = await inClerk();
      await ui.world.clerk.backend('PATCH', `/users/${id}`, { first_name: 'Miranda' });
      await ui.world.clerk.webhooks('deliver');
      await openMenu('Mira Vance-Lund');
      await takeItem(ui.page, 'Sync from Clerk');
      const name = ui.page.getByRole('heading', { level: 1 });
      await expect.poll(() => name.textContent(), arrival).toBe('Miranda Vance-Lund');
    });

    it('D2: deactivated, reactivated and deleted for good, each after a question', async (context) => {
      await openAnother(context, 'Miranda', 'Vance-Lund');
      const name = 'Miranda Vance-Lund';
      const head = ui.page.getByRole('main').locator('header');
      await openMenu(name);
      await takeItem(ui.page, 'Deactivate');
      await dialog().getByText(`Deactivate ${name}?`).waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await confirm('Deactivate');
      await head.getByText('Deactivated', { exact: true }).waitFor();
      await expect.poll(async () => (await inClerk()).banned, arrival).toBe(true);
      await openMenu(name);
      await takeItem(ui.page, 'Reactivate');
      await confirm('Reactivate');
      await head.getByText('Active', { exact: true }).waitFor();
      await expect.poll(async () => (await inClerk()).banned, arrival).toBe(false);

      await openMenu(name);
      await takeItem(ui.page, 'Delete');
      await dialog().getByRole('textbox').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await pressUntil(ui.page, 'Tab', dialog().getByRole('textbox'));
      await ui.page.keyboard.type(email);
      await ui.page.keyboard.press('Enter');
      await dialog().waitFor({ state: 'detached' });
      await head.getByText('Deleted', { exact: true }).waitFor();
      await expect.poll(countInClerk, arrival).toBe(0);
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

    async function countInClerk(): Promise<number> {
      const query = `email_address=${encodeURIComponent(email)}`;
      return (await ui.world.clerk.backend<unknown[]>('GET', `/users?${query}`)).length;
    }
  });

  describe('many people at once', () => {
    const box = (name: string) => ui.page.getByRole('checkbox', { name: `Select ${name}` });
    const row = (name: string) => userRow(ui.page, name);
    let families = 0;

    /** People with a last name that nobody else has; what else a search for it finds is named. */
    async function newFamily(begins: string, names: string[]): Promise<string> {
      const family = `${begins}${'abcdefgh'.charAt(families)}`;
      families += 1;
      for (const firstName of names) {
        await ui.world.clerk.createUser({ email: newEmail(), firstName, lastName: family });
      }
      return family;
    }

    const peopleShown = async () => (await ui.page.getByRole('row').count()) - 1;

    it('C1: roles of many change with progress and a result for each', async () => {
      const names = ['Ana', 'Ben', 'Cleo', 'Dov'];
      const family = await newFamily('Bulk', names);
      await ui.visit(`/admin/users?q=${family}`);
      await expect.poll(peopleShown).toBe(names.length);
      await pressUntil(ui.page, 'Tab', box(`Ana ${family}`));
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
      for (const name of names) {
        await row(`${name} ${family}`).getByText('Admin', { exact: true }).waitFor();
      }
      await tabAndPress(ui.page, progress.getByRole('button', { name: 'See results' }));
      const results = ui.page.getByRole('dialog');
      await expect.poll(() => results.getByText('Changed', { exact: true }).count()).toBe(5);
      expect(await lookOver(ui.page)).toEqual([]);
      await ui.page.keyboard.press('Escape');
      await tabAndPress(ui.page, progress.getByRole('button', { name: 'Put away' }));
      await progress.waitFor({ state: 'detached' });
    });

    it('D2: many are deactivated; whoever may not be is named with the reason, and all come back', async () => {
      // The first match is the viewer's own row, Grace Okafor's, which the rules protect.
      const names = ['Ana', 'Ben', 'Cleo'];
      const family = await newFamily('Okafor', names);
      await ui.visit('/admin/users?q=okafor');
      for (const name of names) await row(`${name} ${family}`).waitFor();
      const people = await peopleShown();
      const all = ui.page.getByRole('checkbox', { name: /^Select all/ });
      await pressUntil(ui.page, 'Tab', all);
      await ui.page.keyboard.press('Space');
      const bar = ui.part('Selection');
      await tabAndPress(ui.page, bar.getByRole('button', { name: 'Deactivate' }));
      await dialog().getByText(`Deactivate ${people} people?`).waitFor();
      await confirm('Deactivate');
      const progress = ui.part('Bulk change');
      await progress.getByText(/^Done: \d+ changed.*, 1 refused/).waitFor(arrival);
      await tabAndPress(ui.page, progress.getByRole('button', { name: 'See results' }));
      const results = ui.page.getByRole('dialog');
      await results.getByText('Grace Okafor').waitFor();
      await results.getByText(/^Refused: /).waitFor();
      await ui.page.keyboard.press('Escape');
      const deactivated = ui.page.getByRole('row').getByText('Deactivated', { exact: true });
      await expect.poll(() => deactivated.count(), arrival).toBe(people - 1);

      await pressUntil(ui.page, 'Tab', all);
      await ui.page.keyboard.press('Space');
      await tabAndPress(ui.page, bar.getByRole('button', { name: 'Reactivate' }));
      await confirm('Reactivate');
      await progress.getByText(/^Done: \d+ changed/).waitFor(arrival);
      const active = ui.page.getByRole('row').getByText('Active', { exact: true });
      await expect.poll(() => active.count(), arrival).toBe(people);
      expect(await deactivated.count()).toBe(0);
    });
  });

  describe('invitations', () => {
    it('D2: invited, listed, taken back; whoever follows one gets in with its role', async () => {
      const emails = { follows: newEmail(), revoked: newEmail() };
      await ui.visit('/admin/users');
      await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Invitations' }));
      const list = ui.page.getByRole('dialog', { name: 'Invitations' });
      await list.getByRole('heading').waitFor();
      await ui.page.keyboard.press('Escape');
      for (const email of Object.values(emails)) {
        await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Invite', exact: true }));
        await pressUntil(ui.page, 'Tab', dialog().getByLabel('Email address'));
        await ui.page.keyboard.type(email);
        await pressUntil(ui.page, 'Tab', dialog().getByRole('combobox'));
        await ui.page.keyboard.press('a');
        await expect.poll(() => dialog().getByRole('combobox').inputValue()).toBe('admin');
        await confirm('Send invitation');
        await ui.page.getByText(`${email} is invited as Admin`).first().waitFor();
      }
      // The way by keyboard from the top of the page, wherever the dialogs left the focus.
      await ui.visit('/admin/users');
      await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Invitations' }));
      const invited = (email: string) => list.getByRole('listitem').filter({ hasText: email });
      const [first, second] = [invited(emails.follows), invited(emails.revoked)];
      await first.getByText('Pending', { exact: true }).waitFor();
      await second.getByText('Pending', { exact: true }).waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      const revoke = second.getByRole('button', { name: `of ${emails.revoked}` });
      await tabAndPress(ui.page, revoke);
      await second.getByText('Revoked', { exact: true }).waitFor();
      await ui.page.keyboard.press('Escape');

      const guest = await ui.newPage();
      await guest.goto(await linkFor(emails.follows));
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
    onTestFinished(async () => {
      await ui.page.setViewportSize({ width: 1280, height: 800 });
      await ui.page.evaluate(() => localStorage.clear());
    });
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
