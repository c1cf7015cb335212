import type { Page } from 'playwright-core';
import { beforeAll, expect, it } from 'vitest';
import { errorCodes } from '../../../src/shared/error-codes';
import { lookOver } from '../../support/accessibility';
import type { ConsoleWorld } from '../../support/console-world';
import { pressEverything } from '../../support/press-everything';
import { alive, callTrpc, pathOf, personIdOf } from '../../support/rollcall-page';
import { triesBefore } from '../../support/tries';

/** Looking and pressing on every page takes its time on a busy machine. */
const longMs = 240_000;
/** What no page may say: fillers, and values that nobody made readable. */
const nonsense = /lorem|ipsum|\bTODO\b|\bundefined\b|\bNaN\b|\[object |Invalid Date/;

/** Every page for every role; the last of all suites, since it presses whatever there is. */
export function everyPageTests(ui: ConsoleWorld): void {
  let person: string;
  let organization: string;
  let run: string;
  /** Where each role's pages lead to. */
  const links: Record<string, Set<string>> = {};

  beforeAll(async () => {
    const owner = await ui.world.clerk.userByEmail('superadmin@rollcall.test');
    await ui.world.clerk.backend('POST', '/organizations', {
      name: 'Quayside Physio',
      created_by: owner.id,
      public_metadata: { plan: 'pro', note: 'x'.repeat(300) },
    });
    await ui.visit('/admin/organizations');
    organization = await pathOf(ui.page.getByRole('link', { name: 'Quayside Physio' }));
    await ui.visit('/admin/sync');
    const runs = ui.page.getByRole('table', { name: 'Past syncs' }).getByRole('link');
    run = await pathOf(runs.first());
    person = `/admin/users/${await personIdOf(ui.page, 'Yuki Tanaka')}`;
    await callTrpc(ui.page, 'credentials.store', {
      organizationId: organization.split('/').at(-1),
      service: 'cliniko',
      fields: { api_key: 'MS0xSOMETHING-au1', region: 'au1' },
    });
    await callTrpc(ui.page, 'tokens.create', {
      name: 'Nightly report',
      scopes: ['users:read'],
      expiresInDays: 30,
    });
  });

  async function open(page: Page, address: string): Promise<void> {
    await page.goto(ui.world.webUrl + address);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await alive(page);
    await page.waitForFunction(() => !document.querySelector('main output[aria-label^="Loading"]'));
  }

  const sections = ['roles', 'tokens', 'health', 'keys', 'instance'];
  const adminPages = () => [
    '/dashboard',
    '/dashboard/users',
    '/admin/users',
    person,
    '/admin/sync',
    run,
    '/admin/organizations',
    organization,
    '/admin/webhooks',
    '/admin/audit',
    ...sections.map((section) => `/admin/settings?section=${section}`),
  ];

  /** What is wrong with how a page looks and what it says; keeps where it leads. */
  async function lookAt(page: Page, role: string, address: string): Promise<string[]> {
    await open(page, address);
    const text = await page.locator('body').innerText();
    const addresses = await page.locator('a[href]').evaluateAll((all) =>
      all
        .map((link) => (link as HTMLAnchorElement).href)
        // A place on the page itself counts only where it is missing.
        .filter((href) => {
          const { pathname, hash } = new URL(href);
          const here = pathname === location.pathname && hash !== '';
          return !here || document.querySelector(hash) === null;
        }),
    );
    for (const one of addresses) (links[role] ??= new Set()).add(one);
    const found = await lookOver(page);
    if (nonsense.test(text)) found.push(`says ${nonsense.exec(text)?.[0]}`);
    return found.map((line) => `${address} ${line}`);
  }

  /** Everything that is wrong with the pages of a role. */
  async function faults(page: Page, role: string, addresses: string[]): Promise<string[]> {
    const found: string[] = [];
    for (const address of addresses) {
      found.push(...(await lookAt(page, role, address)));
      const idle = await pressEverything(page, {
        address,
        // The bars around the pages are the same everywhere.
        within: address === '/dashboard' ? 'body' : 'main',
        open: () => open(page, address),
      });
      found.push(...idle.map((line) => `nothing comes of ${line}`));
    }
    return found;
  }

  it(
    'superadmin: accessible in light and dark, fits a phone, every button does something',
    async () => {
      expect(await faults(ui.page, 'superadmin', adminPages())).toEqual([]);
    },
    longMs,
  );

  it(
    'admin: the same, and what is not theirs is refused in words',
    async () => {
      const page = await ui.signedIn('admin@rollcall.test');
      const theirs = ['/dashboard', '/admin/users', person, organization, '/admin/webhooks'];
      const addresses = [...theirs, '/admin/audit', '/admin/settings?section=tokens'];
      expect(await faults(page, 'admin', addresses)).toEqual([]);
      await page.getByText('Your role does not include this part').waitFor();
      await page.context().close();
    },
    longMs,
  );

  it('staff: two pages of their own, a refusal for the others', async () => {
    const page = await ui.signedIn('staff@rollcall.test');
    const addresses = ['/dashboard', '/dashboard/users', '/admin/users'];
    expect(await faults(page, 'staff', addresses)).toEqual([]);
    await page.getByText('Unauthorized: Admin access required').waitFor();
    await page.context().close();
  });

  it(
    'no link is dead, and none leads a role to a refusal',
    async () => {
      const dead: string[] = [];
      for (const [role, found] of Object.entries(links)) {
        const page = await ui.signedIn(`${role}@rollcall.test`);
        for (const link of found) {
          const { hash, hostname } = new URL(link);
          if (hostname !== '127.0.0.1') dead.push(`${role}: ${link} leads off the machine`);
          else {
            const response = await page.request.get(link);
            const body = hash.startsWith('#/') ? '' : await response.text();
            const lands =
              hash === '' || hash.startsWith('#/') || body.includes(`id="${hash.slice(1)}"`);
            if (!response.ok() || !lands) dead.push(`${role}: ${link} ${response.status()}`);
          }
        }
        await page.context().close();
      }
      expect(dead).toEqual([]);
      expect(Object.keys(links)).toEqual(['superadmin', 'admin', 'staff']);
    },
    longMs,
  );

  it('signed out, cut off, lost, and the pages for reading: the same holds', async (context) => {
    // Somebody else at a second try: the first one may have been cut off already.
    const firstName = `Out${'er'.repeat(triesBefore(context))}`;
    const email = `${firstName.toLowerCase()}@rollcall.test`;
    await ui.world.clerk.createUser({ email, firstName, lastName: 'Side' });
    const out = await ui.signedIn(email);
    await out.getByRole('heading', { level: 1 }).waitFor();
    const id = await personIdOf(ui.page, `${firstName} Side`);
    await callTrpc(ui.page, 'users.deactivate', { userId: id });
    await out.waitForURL(/\/no-access/);
    await out.getByRole('button', { name: 'Sign out' }).waitFor();
    const found = (await lookOver(out)).map((line) => `/no-access ${line}`);
    await out.getByRole('button', { name: 'Sign out' }).press('Enter');
    await out.waitForURL(/\/sign-in/);
    for (const address of ['/sign-in', '/sign-up', '/nowhere', '/docs/errors', '/api/docs']) {
      await out.goto(ui.world.webUrl + address);
      await out.getByRole('heading').first().waitFor();
      if (address === '/api/docs') await out.locator('.opblock-tag').first().waitFor();
      found.push(...(await lookOver(out)).map((line) => `${address} ${line}`));
    }
    expect(found).toEqual([]);
    await out.context().close();
  });

  it('F1: the guide has a place for every code that a page can show', async () => {
    const guide = await (await ui.page.request.get(`${ui.world.webUrl}/docs/errors`)).text();
    const missing = Object.keys(errorCodes).filter((code) => !guide.includes(`id="${code}"`));
    expect(missing).toEqual([]);
  });
}
