import { randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { lookOver } from '../../support/accessibility';
import type { ConsoleWorld } from '../../support/console-world';
import { fernet } from '../../support/credential-services';
import { pressUntil, tabAndPress } from '../../support/keyboard';
import { callTrpc, pathOf } from '../../support/rollcall-page';
import { triesBefore } from '../../support/tries';

const secret = 'MS0xTHE-SECRET-KEY-au1';
const rotated = 'MS0xTHE-SECRET-KEY-uk2';

/** Everything a superadmin does here is done with the keyboard alone. */
export function adminPageTests(ui: ConsoleWorld): void {
  let organization: string;
  let clinics = 0;

  async function newClinic(): Promise<void> {
    const owner = await ui.world.clerk.userByEmail('superadmin@rollcall.test');
    const name = `Lakeside Clinic ${(clinics += 1)}`;
    await ui.world.clerk.backend('POST', '/organizations', {
      name,
      created_by: owner.id,
      public_metadata: { plan: 'pro' },
    });
    await ui.visit('/admin/organizations');
    organization = await pathOf(ui.page.getByRole('link', { name }));
  }
  beforeAll(newClinic);

  const dialog = () => ui.page.getByRole('dialog');
  const question = () => ui.page.getByRole('alertdialog');

  /** Tabs to a field of the open dialog and puts this in place of what it holds. */
  async function fill(label: string, text: string): Promise<void> {
    await pressUntil(ui.page, 'Tab', dialog().getByLabel(label, { exact: true }));
    await ui.page.keyboard.press('ControlOrMeta+a');
    await ui.page.keyboard.insertText(text);
  }

  describe('E6: the credentials vault', () => {
    const card = (name: string) => ui.part(`${name} credential`);
    const press = (service: string, name: string) =>
      tabAndPress(ui.page, card(service).getByRole('button', { name, exact: true }));

    /** A second try has an organization of its own, with the credential that a test finds. */
    async function openAnother(): Promise<void> {
      await newClinic();
      await callTrpc(ui.page, 'credentials.store', {
        organizationId: organization.split('/').at(-1),
        service: 'cliniko',
        fields: { api_key: secret, region: 'au1' },
      });
      await ui.visit(organization);
    }

    it('stores, checks each field, and shows the last four characters only', async (context) => {
      if (triesBefore(context) > 0) await newClinic();
      await ui.visit(organization);
      await card('Cliniko').getByText('Nothing is stored.').waitFor();
      await press('Cliniko', 'Store');
      await fill('API key', secret);
      await fill('Region', 'nowhere');
      await ui.page.keyboard.press('Enter');
      await dialog().getByText('Region is no region').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await fill('Region', 'au1');
      await ui.page.keyboard.press('Enter');
      await dialog().waitFor({ state: 'detached' });
      await card('Cliniko').getByText('•••• •••• -au1').waitFor();
      await card('Cliniko').getByText('Stored by Grace Okafor').waitFor();
    });

    it('tests the connection with the key, live, and says what the service answered', async (context) => {
      if (triesBefore(context) > 0) await openAnother();
      await press('Cliniko', 'Test connection');
      await card('Cliniko').getByText('Connection works').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      const sent = Buffer.from(`${secret}:`).toString('base64');
      expect(ui.services.seen.at(-1)).toMatchObject({
        url: '/v1/user',
        headers: { authorization: `Basic ${sent}` },
      });
    });

    it('puts a new key in place of the old one, which stays in the history without its secret', async (context) => {
      if (triesBefore(context) > 0) await openAnother();
      await press('Cliniko', 'Replace');
      await dialog().getByText('The one stored now is destroyed.').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await fill('API key', rotated);
      await fill('Region', 'uk2');
      await ui.page.keyboard.press('Enter');
      await dialog().waitFor({ state: 'detached' });
      await card('Cliniko').getByText('•••• •••• -uk2').waitFor();
      await card('Cliniko').getByText('One earlier version').waitFor();
      await ui.page.reload();
      await card('Cliniko').getByText('•••• •••• -uk2').waitFor();
      expect(await ui.page.content()).not.toContain('THE-SECRET');
    });

    it('deactivates and activates; a deactivated one is not used; the message undoes it', async (context) => {
      if (triesBefore(context) > 0) await openAnother();
      else await ui.visit(organization);
      const standing = (text: string) => card('Cliniko').getByText(text, { exact: true });
      await press('Cliniko', 'Deactivate');
      await standing('Deactivated').waitFor();
      const command = { organizationId: organization.split('/').at(-1), service: 'cliniko' };
      const refused = await callTrpc(ui.page, 'credentials.test', command);
      expect(refused.status).toBe(409);
      expect(JSON.stringify(refused.body)).toContain('CREDENTIAL_INACTIVE');
      await press('Cliniko', 'Activate');
      await standing('Active').waitFor();
      await press('Cliniko', 'Deactivate');
      await standing('Deactivated').waitFor();
      await ui.page.getByRole('button', { name: 'Undo' }).first().press('Enter');
      await standing('Active').waitFor();
    });

    it('imports a Fernet token of the older system with its key; a wrong key is one clear error', async (context) => {
      if (triesBefore(context) > 0) await openAnother();
      const key = randomBytes(32);
      const fields = { api_token: 'token-of-the-past', account_id: 7 };
      await press('Chatwoot', 'Import');
      await fill('Token', fernet(JSON.stringify(fields), key, randomBytes(16)));
      await fill('Key of the older system', randomBytes(32).toString('base64url'));
      await ui.page.keyboard.press('Enter');
      await dialog().getByText('FERNET_UNREADABLE').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await fill('Key of the older system', `${key.toString('base64url')}=`);
      await ui.page.keyboard.press('Enter');
      await card('Chatwoot').getByText('•••• •••• past').waitFor();
      await card('Chatwoot').getByText('Imported by Grace Okafor').waitFor();
      expect(await ui.page.content()).not.toContain('token-of-the-past');
    });

    it('no secret is in any log or answer of the servers, nor in the database file', async () => {
      const answers = await callTrpc(ui.page, 'credentials.store', {
        organizationId: organization.split('/').at(-1),
        service: 'cliniko',
        fields: { api_key: 'THE-SECRET two words', region: 'au1' },
      });
      expect(answers.status).toBe(400);
      expect(JSON.stringify(answers.body)).not.toContain('THE-SECRET');
      const { dataDir } = ui.world;
      const files = readdirSync(dataDir, { recursive: true, encoding: 'utf8' });
      const holding = files.filter((file) => {
        try {
          const bytes = readFileSync(path.join(dataDir, file));
          return bytes.includes('THE-SECRET') || bytes.includes('token-of-the-past');
        } catch {
          // A folder, or a file that is gone meanwhile.
          return false;
        }
      });
      expect(holding).toEqual([]);
    });
  });

  describe('audit', () => {
    it('tells each change as a sentence, checks the chain, and narrows by the address', async () => {
      await ui.visit('/admin/audit');
      await ui.page.getByText('The chain is unbroken').waitFor();
      const entries = ui.page.getByRole('list', { name: 'Entries' }).getByRole('listitem');
      const stored = entries.filter({ hasText: 'stored the Cliniko credential of' });
      await stored
        .first()
        .getByRole('link', { name: /^Lakeside Clinic/ })
        .waitFor();
      await stored.first().getByText('Details').press('Enter');
      await stored.first().getByText('credential.stored').waitFor();
      await stored.first().getByRole('button', { name: 'Only this action' }).press('Enter');
      await ui.page.waitForURL(/action=credential\.stored/);
      // Stored, and stored in its place.
      await expect.poll(() => entries.count()).toBeGreaterThanOrEqual(2);
      const others = entries.filter({ hasNotText: 'stored the Cliniko credential of' });
      await expect.poll(() => others.count()).toBe(0);
      await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Clear' }));
      await pressUntil(ui.page, 'Shift+Tab', ui.page.getByLabel('About…'));
      await ui.page.keyboard.type('tanaka');
      await ui.page.getByRole('option', { name: /Yuki Tanaka/ }).waitFor();
      await ui.page.keyboard.press('Enter');
      await ui.page.waitForURL(/target=user/);
      await ui.page.getByRole('button', { name: /Remove the filter: About Yuki/ }).waitFor();
    });

    it('exports what is shown, safely for a spreadsheet, and the export is in the log', async () => {
      await ui.visit('/admin/audit?action=credential.stored');
      const entries = ui.page.getByRole('list', { name: 'Entries' }).getByRole('listitem');
      await expect.poll(() => entries.count()).toBeGreaterThanOrEqual(2);
      const download = ui.page.waitForEvent('download');
      await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'Export CSV' }));
      const file = await (await download).path();
      const lines = readFileSync(file, 'utf8').trim().split('\r\n');
      expect(lines).toHaveLength(1 + (await entries.count()));
      expect(lines[0]).toContain('"seq","at","action"');
      expect(lines[1]).toContain('"credential.stored"');
      expect((await download).suggestedFilename()).toMatch(/^audit-.*\.csv$/);
      await ui.visit('/admin/audit');
      await ui.page.getByText('exported the audit log as CSV').first().waitFor();
    });
  });

  describe('webhooks', () => {
    it('shows what came, what became of it, what it said, and replays it by the rules', async () => {
      await ui.visit('/admin/webhooks?type=organization.created');
      const open = ui.page.getByRole('button', { name: /Open organization.created/ });
      await tabAndPress(ui.page, open.first());
      await dialog().getByText('"plan": "pro"').waitFor();
      expect(new URL(ui.page.url()).searchParams.has('open')).toBe(true);
      expect(await lookOver(ui.page)).toEqual([]);
      await tabAndPress(ui.page, dialog().getByRole('button', { name: 'Replay' }));
      await question().getByText('Replay organization.created?').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await tabAndPress(ui.page, question().getByRole('button', { name: 'Replay' }));
      await dialog()
        .getByText(/by Grace Okafor · duplicate/)
        .first()
        .waitFor();
      await ui.page.keyboard.press('Escape');
      await dialog().waitFor({ state: 'detached' });
    });
  });

  describe('settings', () => {
    it('F2: every check of a local stack is in order; roles are as configured', async () => {
      await ui.visit('/admin/settings');
      const row = ui.page.getByRole('row', { name: /users:setRole/ });
      await expect.poll(() => row.getByText('Yes').count()).toBe(1);
      await expect.poll(() => row.getByText('No', { exact: true }).count()).toBe(2);
      const go = (section: string) =>
        tabAndPress(ui.page, ui.page.getByRole('main').getByRole('link', { name: section }));
      await go('Connections');
      await ui.page.getByText(/All \d+ checks are in order/).waitFor();
      await go('Vault keys');
      await ui.page.getByText('Every credential is sealed with the first key').waitFor();
      await go('Instance');
      await ui.page.getByText(ui.world.convexUrl).waitFor();
    });

    it('says that there is no API token yet', async () => {
      await ui.visit('/admin/settings?section=tokens');
      await ui.page.getByText('There is no API token').waitFor();
      expect(await ui.page.getByRole('button', { name: /^Revoke/ }).count()).toBe(0);
    });

    it('API tokens are made with chosen permissions, shown once, listed without their secret, and revoked', async (context) => {
      if (triesBefore(context) > 0) await ui.visit('/admin/settings?section=tokens');
      const name = `Nightly report ${triesBefore(context)}`;
      await tabAndPress(ui.page, ui.page.getByRole('button', { name: 'New token' }));
      await fill('Name', name);
      await ui.page.keyboard.press('Enter');
      await dialog().getByText('choose at least one thing').waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await tabAndPress(ui.page, dialog().getByLabel('See who works here'), 'Space');
      await tabAndPress(ui.page, dialog().getByRole('button', { name: 'Make token' }));
      const token = await dialog().getByLabel('The token').inputValue();
      expect(token).toMatch(/^rc_[0-9a-z]{16}_[\w-]{43}$/);
      expect(await lookOver(ui.page)).toEqual([]);
      await tabAndPress(ui.page, dialog().getByRole('button', { name: 'Done' }));
      const row = ui.page.getByRole('row').filter({ hasText: name });
      await row.getByText('Active', { exact: true }).waitFor();
      await ui.visit('/admin/settings?section=tokens');
      await row.getByText('Active', { exact: true }).waitFor();
      expect(await ui.page.content()).not.toContain(token.slice(-43));
      await tabAndPress(ui.page, row.getByRole('button', { name: `Revoke ${name}` }));
      await question().getByText(`Revoke ${name}?`).waitFor();
      expect(await lookOver(ui.page)).toEqual([]);
      await tabAndPress(ui.page, question().getByRole('button', { name: 'Revoke' }));
      await row.getByText('Revoked', { exact: true }).waitFor();
    });
  });

  describe('each role sees only what it may', () => {
    const visit = (page: Page, address: string) => page.goto(ui.world.webUrl + address);

    it('an admin reads, but neither exports nor replays nor sees credentials', async () => {
      const admin = await ui.signedIn('admin@rollcall.test');
      await visit(admin, '/admin/audit');
      await admin.getByText('The chain is unbroken').waitFor();
      expect(await admin.getByRole('button', { name: /Export/ }).count()).toBe(0);
      await visit(admin, organization);
      await admin.getByText('Credentials are for those who may').waitFor();
      expect(await admin.content()).not.toContain('••••');
      await visit(admin, '/admin/webhooks?type=organization.created');
      await admin
        .getByRole('button', { name: /Open organization.created/ })
        .first()
        .click();
      await admin.getByText('Hidden from your role: public metadata').waitFor();
      expect(await admin.getByRole('button', { name: 'Replay' }).count()).toBe(0);
      await visit(admin, '/admin/settings?section=keys');
      await admin.getByText('Your role does not include this part').waitFor();
      const refused = await admin.evaluate(async () => {
        const body = JSON.stringify({ format: 'json' });
        const headers = { 'content-type': 'application/json' };
        return (await fetch('/api/audit/export', { method: 'POST', headers, body })).status;
      });
      expect(refused).toBe(403);
      await admin.context().close();
    });
  });
}
