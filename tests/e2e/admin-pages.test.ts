import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createCipheriv, createHmac, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser, type TestBrowser } from '../support/browser';
import { callTrpc } from '../support/rollcall-page';
import { signInAs } from '../support/sign-in';
import { startStack, type World } from '../support/stack-world';

const password = 'rollcall-demo';
const secret = 'MS0xTHE-SECRET-KEY-au1';

/** A Fernet token as the older system made them. */
function fernet(text: string, key: Buffer): string {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', key.subarray(16), iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  const signed = Buffer.concat([Buffer.from([0x80]), Buffer.alloc(8), iv, sealed]);
  const mac = createHmac('sha256', key.subarray(0, 16)).update(signed).digest();
  return Buffer.concat([signed, mac]).toString('base64url');
}

/** Cliniko and Chatwoot as far as the connection test looks at them. */
class Services {
  readonly seen: { url: string; headers: IncomingHttpHeaders }[] = [];
  private readonly server: Server = createServer((request, response) => {
    this.seen.push({ url: request.url ?? '', headers: request.headers });
    if (request.url === '/v1/user') response.end('{"id":"u1"}');
    else response.writeHead(401).end('{}');
  });

  async start(): Promise<string> {
    await new Promise<void>((ready) => this.server.listen(0, '127.0.0.1', ready));
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  stop = () => this.server.close();
}

describe('Issue 5: audit, webhooks, organizations, credentials and settings, in the browser', () => {
  let world: World;
  let chromium: TestBrowser;
  let superadmin: Page;
  let organization: string;
  const services = new Services();

  beforeAll(async () => {
    const standIn = await services.start();
    process.env.CLINIKO_API_URL = standIn;
    process.env.CHATWOOT_API_URL = standIn;
    [world, chromium] = await Promise.all([startStack(), launchBrowser()]);
    const owner = await world.clerk.userByEmail('superadmin@rollcall.test');
    for (const name of ['Harbour Clinic', 'Northwind Dental']) {
      const metadata = { plan: 'pro' };
      const body = { name, created_by: owner.id, public_metadata: metadata };
      await world.clerk.backend('POST', '/organizations', body);
    }
    superadmin = await signedIn('superadmin@rollcall.test');
    await superadmin.goto(`${world.webUrl}/admin/organizations`);
    await superadmin.getByRole('link', { name: 'Harbour Clinic' }).click();
    await superadmin.getByRole('heading', { name: 'Credentials' }).waitFor();
    organization = new URL(superadmin.url()).pathname;
  }, 180_000);
  afterAll(async () => {
    delete process.env.CLINIKO_API_URL;
    delete process.env.CHATWOOT_API_URL;
    services.stop();
    await chromium?.close();
    await world?.stop();
  });

  async function signedIn(email: string): Promise<Page> {
    const page = await chromium.newPage();
    await signInAs(page, world.webUrl, { email, password });
    return page;
  }

  const visit = (page: Page, address: string) => page.goto(world.webUrl + address);
  const card = (name: string) => superadmin.getByRole('region', { name: `${name} credential` });

  describe('E6: the credentials vault', () => {
    it('stores by keyboard alone, checks each field, and shows the last four characters only', async () => {
      await visit(superadmin, organization);
      await card('Cliniko').getByText('Nothing is stored.').waitFor();
      await card('Cliniko').getByRole('button', { name: 'Store' }).press('Enter');
      const dialog = superadmin.getByRole('dialog');
      await dialog.getByLabel('API key').waitFor();
      await superadmin.keyboard.type(secret);
      await superadmin.keyboard.press('Tab');
      await superadmin.keyboard.type('nowhere');
      await superadmin.keyboard.press('Enter');
      await dialog.getByText('Region is no region').waitFor();
      await dialog.getByLabel('Region').fill('au1');
      await superadmin.keyboard.press('Enter');
      await dialog.waitFor({ state: 'detached' });
      await card('Cliniko').getByText('•••• •••• -au1').waitFor();
      await card('Cliniko').getByText('Stored by Grace Okafor').waitFor();
      await superadmin.reload();
      await card('Cliniko').getByText('•••• •••• -au1').waitFor();
      expect(await superadmin.content()).not.toContain('THE-SECRET');
    });

    it('tests the connection with the key, live, and says what the service answered', async () => {
      await card('Cliniko').getByRole('button', { name: 'Test connection' }).click();
      await card('Cliniko').getByText('Connection works').waitFor();
      const asked = services.seen.at(-1);
      const sent = Buffer.from(`${secret}:`).toString('base64');
      expect(asked).toMatchObject({
        url: '/v1/user',
        headers: { authorization: `Basic ${sent}` },
      });
    });

    it('deactivates with an undo, and a deactivated one is not used', async () => {
      await card('Cliniko').getByRole('button', { name: 'Deactivate' }).click();
      await card('Cliniko').getByText('Deactivated').waitFor();
      const organizationId = organization.split('/').at(-1);
      const command = { organizationId, service: 'cliniko' };
      const refused = await callTrpc(superadmin, 'credentials.test', command);
      expect(refused.status).toBe(409);
      expect(JSON.stringify(refused.body)).toContain('CREDENTIAL_INACTIVE');
      await superadmin.getByRole('button', { name: 'Undo' }).first().click();
      await card('Cliniko').getByText('Active', { exact: true }).waitFor();
    });

    it('imports a Fernet token of the older system with its key; a wrong key is one clear error', async () => {
      const key = randomBytes(32);
      const fields = { api_token: 'token-of-the-past', account_id: 7 };
      await card('Chatwoot').getByRole('button', { name: 'Import' }).click();
      const dialog = superadmin.getByRole('dialog');
      await dialog.getByLabel('Token', { exact: true }).fill(fernet(JSON.stringify(fields), key));
      await dialog
        .getByLabel('Key of the older system')
        .fill(randomBytes(32).toString('base64url'));
      await dialog.getByRole('button', { name: 'Import' }).click();
      await dialog.getByText('FERNET_UNREADABLE').waitFor();
      await dialog.getByLabel('Key of the older system').fill(`${key.toString('base64url')}=`);
      await dialog.getByRole('button', { name: 'Import' }).click();
      await card('Chatwoot').getByText('•••• •••• past').waitFor();
      await card('Chatwoot').getByText('Imported by Grace Okafor').waitFor();
      expect(await superadmin.content()).not.toContain('token-of-the-past');
    });

    it('no secret is in any log or answer of the servers, nor in the database file', async () => {
      const answers = await callTrpc(superadmin, 'credentials.store', {
        organizationId: organization.split('/').at(-1),
        service: 'cliniko',
        fields: { api_key: 'THE-SECRET two words', region: 'au1' },
      });
      expect(answers.status).toBe(400);
      expect(JSON.stringify(answers.body)).not.toContain('THE-SECRET');
      const files = readdirSync(world.dataDir, { recursive: true, encoding: 'utf8' });
      const holding = files.filter((file) => {
        try {
          const bytes = readFileSync(path.join(world.dataDir, file));
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
      await visit(superadmin, '/admin/audit');
      await superadmin.getByText('The chain is unbroken').waitFor();
      const entries = superadmin.getByRole('list', { name: 'Entries' }).getByRole('listitem');
      const stored = entries.filter({ hasText: 'stored the Cliniko credential of' });
      await stored.first().getByRole('link', { name: 'Harbour Clinic' }).waitFor();
      await stored.first().getByText('Details').press('Enter');
      await stored.first().getByText('credential.stored').waitFor();
      await stored.first().getByRole('button', { name: 'Only this action' }).press('Enter');
      await superadmin.waitForURL(/action=credential\.stored/);
      await entries.first().waitFor();
      await expect.poll(() => entries.count()).toBe(1);
      await superadmin.getByRole('button', { name: 'Clear' }).click();
      await superadmin.getByLabel('About…').fill('tanaka');
      await superadmin.getByRole('option', { name: /Yuki Tanaka/ }).waitFor();
      await superadmin.keyboard.press('Enter');
      await superadmin.waitForURL(/target=user/);
      await superadmin.getByRole('button', { name: /Remove the filter: About Yuki/ }).waitFor();
    });

    it('exports what is shown, safely for a spreadsheet, and the export is in the log', async () => {
      await visit(superadmin, '/admin/audit?action=credential.stored');
      const download = superadmin.waitForEvent('download');
      await superadmin.getByRole('button', { name: 'Export CSV' }).click();
      const file = await (await download).path();
      const lines = readFileSync(file, 'utf8').trim().split('\r\n');
      expect(lines).toHaveLength(2);
      expect(lines[0]).toContain('"seq","at","action"');
      expect(lines[1]).toContain('"credential.stored"');
      expect((await download).suggestedFilename()).toMatch(/^audit-.*\.csv$/);
      await visit(superadmin, '/admin/audit');
      await superadmin.getByText('exported the audit log as CSV').waitFor();
    });
  });

  describe('webhooks', () => {
    it('shows what came, what became of it, what it said, and replays it by the rules', async () => {
      await visit(superadmin, '/admin/webhooks?type=organization.created');
      const open = superadmin.getByRole('button', { name: /Open organization.created/ });
      await open.first().press('Enter');
      const dialog = superadmin.getByRole('dialog');
      await dialog.getByText('"plan": "pro"').waitFor();
      expect(new URL(superadmin.url()).searchParams.has('open')).toBe(true);
      await dialog.getByRole('button', { name: 'Replay' }).click();
      await superadmin
        .getByRole('alertdialog')
        .getByRole('button', { name: 'Replay' })
        .press('Enter');
      await dialog.getByText(/by Grace Okafor · duplicate/).waitFor();
      await superadmin.keyboard.press('Escape');
      await dialog.waitFor({ state: 'detached' });
    });
  });

  describe('settings', () => {
    it('F2: every check of a fresh local stack is in order; roles are as configured', async () => {
      await visit(superadmin, '/admin/settings');
      const row = superadmin.getByRole('row', { name: /users:setRole/ });
      expect(await row.getByText('Yes').count()).toBe(1);
      expect(await row.getByText('No', { exact: true }).count()).toBe(2);
      await superadmin.getByRole('link', { name: 'Connections' }).click();
      await superadmin.getByText(/All \d+ checks are in order/).waitFor();
      await superadmin.getByRole('link', { name: 'Vault keys' }).click();
      await superadmin.getByText('Every credential is sealed with the first key').waitFor();
      await superadmin.getByRole('link', { name: 'Instance' }).click();
      await superadmin.getByText(world.convexUrl).waitFor();
    });
  });

  describe('API tokens', () => {
    it('are made with chosen permissions, shown once, listed without their secret, and revoked', async () => {
      await visit(superadmin, '/admin/settings?section=tokens');
      await superadmin.getByText('There is no API token').waitFor();
      await superadmin.getByRole('button', { name: 'New token' }).press('Enter');
      const dialog = superadmin.getByRole('dialog');
      await dialog.getByLabel('Name', { exact: true }).fill('Nightly report');
      await superadmin.keyboard.press('Enter');
      await dialog.getByText('choose at least one thing').waitFor();
      await dialog.getByLabel('See who works here').check();
      await dialog.getByLabel('Name', { exact: true }).press('Enter');
      const token = await dialog.getByLabel('The token').inputValue();
      expect(token).toMatch(/^rc_[0-9a-z]{16}_[\w-]{43}$/);
      await dialog.getByRole('button', { name: 'Done' }).click();
      const row = superadmin.getByRole('row', { name: /Nightly report/ });
      await row.getByText('Active').waitFor();
      await superadmin.reload();
      await row.getByText('Active').waitFor();
      expect(await superadmin.content()).not.toContain(token.slice(-43));
      await row.getByRole('button', { name: 'Revoke Nightly report' }).press('Enter');
      await superadmin.getByRole('alertdialog').waitFor();
      await superadmin.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
      await row.getByText('Revoked', { exact: true }).waitFor();
    });
  });

  describe('each role sees only what it may', () => {
    it('an admin reads, but neither exports nor replays nor sees credentials', async () => {
      const admin = await signedIn('admin@rollcall.test');
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

    it('staff get none of these pages, neither by navigation nor by address', async () => {
      const staff = await signedIn('staff@rollcall.test');
      for (const name of ['Organizations', 'Webhooks', 'Audit log', 'Settings']) {
        expect(await staff.getByRole('link', { name, exact: true }).count()).toBe(0);
      }
      for (const address of ['audit', 'webhooks', 'organizations', 'settings']) {
        const response = await visit(staff, `/admin/${address}`);
        expect(response?.status()).toBe(403);
        await staff.getByText('Unauthorized: Admin access required').waitFor();
        expect(await staff.content()).not.toContain('Harbour Clinic');
      }
      await staff.context().close();
    });
  });
});
