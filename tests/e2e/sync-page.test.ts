import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { lookOver } from '../support/accessibility';
import { launchBrowser, type TestBrowser } from '../support/browser';
import { callAsOperator, firstSyncOver } from '../support/hostile-world';
import { tabAndPress } from '../support/keyboard';
import { alive } from '../support/rollcall-page';
import { signInAs } from '../support/sign-in';
import { startStack, type World } from '../support/stack-world';
import { useWorld } from '../support/tries';

const password = 'rollcall-demo';
/** One more than a sweep of a small installation takes without a second superadmin. */
const goneNames = ['one', 'two', 'three', 'four', 'five', 'six'];
/** A run of a few people on a busy machine. */
const soon = { timeout: 45_000 };

describe('The sync page (A1 to A5), end to end', () => {
  let world: World;
  let chromium: TestBrowser;
  let superadmin: Page;
  const printed: string[] = [];
  const answers: string[] = [];

  async function start(): Promise<void> {
    [world, chromium] = await Promise.all([
      startStack({ onLine: (_name, line) => printed.push(line) }),
      launchBrowser(),
    ]);
    await firstSyncOver(world);
    superadmin = await signedIn('superadmin@rollcall.test');
    superadmin.on('response', (response) => {
      if (!response.url().startsWith(world.webUrl)) return;
      void response.text().then(
        (text) => answers.push(response.url(), text),
        () => {},
      );
    });
  }
  async function stop(): Promise<void> {
    await chromium?.close();
    await world?.stop();
  }
  useWorld(start, stop);
  afterEach(async () => {
    await world.clerk.webhooks('deliver');
    await world.clerk.local('DELETE', '/faults');
  });

  async function signedIn(email: string): Promise<Page> {
    const page = await chromium.newPage();
    await signInAs(page, world.webUrl, { email, password });
    return page;
  }

  /** People whose webhooks were lost: only a sync can bring them. */
  async function lostPeople(...names: string[]): Promise<void> {
    await world.clerk.webhooks('drop');
    for (const name of names) {
      const email = `${name.toLowerCase()}@lost.test`;
      await world.clerk.createUser({ email, firstName: name, lastName: 'Lost' });
    }
    await world.clerk.webhooks('deliver');
  }

  /** The newest are left out of a report: they may be too new for Clerk's list. */
  async function personOfLastYear(name: string): Promise<{ id: string }> {
    return await world.clerk.backend<{ id: string }>('POST', '/users', {
      email_address: [`${name}@gone.test`],
      first_name: 'Gone',
      last_name: 'Away',
      skip_password_requirement: true,
      created_at: '2026-01-19T13:40:00Z',
    });
  }

  async function openSyncPage(page: Page): Promise<void> {
    await page.goto(`${world.webUrl}/admin/sync`);
    await page.getByRole('heading', { name: 'Sync', level: 1 }).waitFor();
  }

  const cell = (page: Page, kind: string, column: number) =>
    page.getByRole('row', { name: kind }).getByRole('cell').nth(column).textContent();

  it('A4, A11, pain 1: people whose webhooks were lost show in a dry run, which writes nothing; its plan then brings them', async () => {
    await lostPeople('Ada', 'Grace');
    await openSyncPage(superadmin);
    await superadmin.getByLabel('Only this email domain').fill('lost.test');
    await superadmin.getByRole('button', { name: 'Dry run' }).click();
    await superadmin.getByText('Ada Lost', { exact: true }).waitFor(soon);
    await superadmin.getByText('Completed', { exact: true }).waitFor(soon);
    await expect.poll(() => cell(superadmin, 'Users', 1)).toBe('2');

    const other = await signedIn('admin@rollcall.test');
    await other.goto(`${world.webUrl}/admin/users?q=lost`);
    await other.getByText('Nobody matches').waitFor();

    await superadmin.getByRole('button', { name: 'Apply this plan' }).click();
    await superadmin
      .getByRole('heading', { name: 'Users at lost.test', exact: true })
      .waitFor(soon);
    await superadmin.getByText('Completed', { exact: true }).waitFor(soon);
    await other.getByText('grace@lost.test').waitFor(soon);
    await other.context().close();
  });

  it('A2: a pasted key works once and is found nowhere afterwards', async () => {
    const { secretKey } = await world.clerk.local<{ secretKey: string }>(
      'POST',
      '/secret-keys',
      {},
    );
    await lostPeople('Katherine');
    await openSyncPage(superadmin);
    await superadmin.getByLabel(/^Clerk secret key/).fill(secretKey);
    await superadmin.getByRole('button', { name: 'Start Sync' }).click();
    await superadmin.waitForURL(/\/admin\/sync\/./);
    await superadmin.getByText('With a pasted key').waitFor(soon);
    await superadmin.getByText('Completed', { exact: true }).waitFor(soon);
    await expect.poll(() => cell(superadmin, 'Users', 1)).toBe('1');

    const inBrowser = await superadmin.evaluate(() =>
      JSON.stringify([
        Object.entries(localStorage),
        Object.entries(sessionStorage),
        document.cookie,
        location.href,
      ]),
    );
    const places = {
      browser: inBrowser,
      page: await superadmin.content(),
      answers: answers.join('\n'),
      logs: printed.join('\n'),
      files: filesUnder(world.dataDir),
    };
    const body = secretKey.slice('sk_test_'.length);
    const holding = Object.entries(places).filter(([, text]) => text.includes(body));
    expect(holding.map(([place]) => place)).toEqual([]);
    // The search itself can find: the name of the person who came with it is there.
    expect(places.files.includes('katherine@lost.test')).toBe(true);
  });

  it('A2, A8: a malformed key is refused before any request, a wrong one in the words of the guide', async () => {
    await openSyncPage(superadmin);
    const field = superadmin.getByLabel(/^Clerk secret key/);
    await field.fill('pk_test_nonsense');
    await superadmin.getByRole('button', { name: 'Start Sync' }).click();
    await superadmin.getByText('A Clerk secret key starts with').waitFor();
    expect(await field.inputValue()).toBe('');
    expect(superadmin.url()).toMatch(/\/admin\/sync$/);

    await field.fill('sk_test_0123456789abcdefghijklmnopqrstuvwxyzABCDEF');
    await superadmin.getByRole('button', { name: 'Start Sync' }).click();
    await superadmin.getByText('The Clerk secret key is invalid or expired').first().waitFor(soon);
  });

  it('A5: everybody who may look sees a run that somebody else started, after a reload too, and can cancel it', async () => {
    const admin = await signedIn('admin@rollcall.test');
    // The run waits as Clerk tells it to, and is under way until somebody cancels it.
    await world.clerk.local('POST', '/faults', { status: 429, retryAfterS: 60, match: '/users' });
    await openSyncPage(superadmin);
    await superadmin.getByRole('button', { name: 'Start Sync' }).click();
    await superadmin.getByRole('progressbar').waitFor(soon);

    await openSyncPage(admin);
    const running = admin.getByRole('region', { name: 'Running sync' });
    await running.getByText(/started by Grace Okafor/).waitFor(soon);
    await admin.reload();
    await running.waitFor(soon);
    const start = admin.getByRole('button', { name: 'Start Sync' });
    await expect.poll(() => start.isDisabled()).toBe(true);

    await running.getByRole('button', { name: 'Cancel' }).click();
    await superadmin.getByText('Cancelled', { exact: true }).first().waitFor(soon);
    await running.waitFor({ state: 'detached', ...soon });
    await admin.getByRole('row').filter({ hasText: 'Cancelled' }).first().waitFor();
    await admin.context().close();
  });

  it('A7: who is gone from Clerk is reported; many are deactivated only after a question, a second superadmin and a wait; by keyboard', async () => {
    await world.clerk.createUser({
      email: 'second@rollcall.test',
      firstName: 'Sena',
      publicMetadata: { role: 'superadmin' },
    });
    const gone = await Promise.all(goneNames.map(personOfLastYear));
    const rows = superadmin.getByRole('row').filter({ hasText: '@gone.test' });
    await superadmin.goto(`${world.webUrl}/admin/users?q=gone.test`);
    await expect.poll(() => rows.count(), soon).toBe(gone.length);
    await world.clerk.webhooks('drop');
    for (const { id } of gone) await world.clerk.backend('DELETE', `/users/${id}`);
    await openSyncPage(superadmin);
    await alive(superadmin);
    await tabAndPress(superadmin, superadmin.getByRole('button', { name: 'Start Sync' }));
    const missing = superadmin.getByRole('region', { name: 'Here, but not in Clerk' });
    await missing.getByText('Gone Away').first().waitFor(soon);
    const sweep = superadmin.getByRole('region', { name: 'Sweep' });
    const ask = sweep.getByRole('button', { name: 'Deactivate 6 people' });
    await tabAndPress(superadmin, ask);
    const question = superadmin.getByRole('alertdialog');
    const agree = question.getByRole('button', { name: 'Deactivate after the wait' });
    await agree.waitFor();
    expect(await lookOver(superadmin)).toEqual([]);
    await tabAndPress(superadmin, agree);
    await sweep.getByText('A second superadmin has to confirm').waitFor(soon);
    // Not the one who asked.
    await sweep.getByRole('button', { name: 'Call it off' }).waitFor();
    expect(await sweep.getByRole('button', { name: /^Confirm/ }).count()).toBe(0);

    const other = await signedIn('second@rollcall.test');
    await other.goto(superadmin.url());
    await alive(other);
    const confirm = other.getByRole('button', { name: 'Confirm deactivating 6 people' });
    await confirm.waitFor();
    expect(await lookOver(other)).toEqual([]);
    await tabAndPress(other, confirm);
    await other.getByText('Waiting; can still be called off').waitFor(soon);
    await other.context().close();
    await sweep.getByText('Waiting; can still be called off').waitFor(soon);
    await sweep.getByText(/begins at/).waitFor();
    expect(await lookOver(superadmin)).toEqual([]);

    await tabAndPress(superadmin, sweep.getByRole('button', { name: 'Call it off' }));
    await sweep.getByText('Called off').waitFor(soon);
    await openSyncPage(superadmin);
    const differences = superadmin.getByRole('region', { name: 'Differences' });
    await differences.getByText('6 users differ').waitFor(soon);
    await differences.getByText('Gone from Clerk').waitFor();
    await superadmin.goto(`${world.webUrl}/admin/users?q=gone.test`);
    await expect.poll(() => rows.filter({ hasText: 'Active' }).count()).toBe(gone.length);
  });

  it('pain 6: organizations that an empty list lost stay, until somebody confirms and Clerk denies each once more; by keyboard', async () => {
    const owner = await world.clerk.userByEmail('superadmin@rollcall.test');
    // Old enough that Clerk's list ought to have it.
    const clinic = await world.clerk.backend<{ id: string }>('POST', '/organizations', {
      name: 'Lost Clinic',
      created_by: owner.id,
      created_at: '2026-01-19T13:40:00Z',
    });
    await superadmin.goto(`${world.webUrl}/admin/organizations`);
    const row = superadmin.getByRole('row').filter({ hasText: 'Lost Clinic' });
    await row.waitFor(soon);
    await world.clerk.webhooks('drop');
    await world.clerk.backend('DELETE', `/organizations/${clinic.id}`);
    const started = { mode: 'apply', only: 'organizations' };
    const runId = await callAsOperator<string>(world, 'mutation', 'adminSync:start', started);

    await superadmin.goto(`${world.webUrl}/admin/sync/${runId}`);
    const held = superadmin.getByRole('region', { name: 'Gone from Clerk' });
    await held.getByText('1 organization may be gone from Clerk').waitFor(soon);
    await held.getByText('list was empty').waitFor();
    await expect.poll(() => cell(superadmin, 'Organizations', 1)).toBe('0');
    await alive(superadmin);
    await tabAndPress(superadmin, held.getByRole('button', { name: 'Remove 1 organization' }));
    const agree = superadmin.getByRole('button', { name: 'Remove what Clerk denies' });
    await tabAndPress(superadmin, agree);
    await held.waitFor({ state: 'detached', ...soon });
    await superadmin.getByRole('columnheader', { name: 'Removed' }).waitFor(soon);

    await superadmin.goto(`${world.webUrl}/admin/organizations?status=deleted`);
    await row.filter({ hasText: 'Deleted' }).waitFor(soon);
  });

  it('A1: without the right, the page says so and shows nothing', async () => {
    const staff = await signedIn('staff@rollcall.test');
    const answer = await staff.goto(`${world.webUrl}/admin/sync`);
    expect(answer?.status()).toBe(403);
    await staff.getByText('Unauthorized: Admin access required').waitFor();
    expect(await staff.getByText('Start a sync').count()).toBe(0);
    await staff.context().close();
  });
});

/** Everything on disk as one text, byte by byte. */
function filesUnder(folder: string): string {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(path.join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}
