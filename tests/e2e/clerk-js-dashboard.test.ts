import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import axe from 'axe-core';
import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { startClerkWorld, type ClerkWorld } from '../fixtures/clerk-world';
import { launchBrowser, type TestBrowser } from '../support/browser';
import { useWorld } from '../support/tries';

/** Longer than the second that poll has of itself: the machine may be busy. */
const patient = { timeout: 30_000 };

describe("The local Clerk's dashboard page, in Chromium", () => {
  let world: ClerkWorld;
  let chromium: TestBrowser;
  let endpoint: Server;
  /** What the webhook endpoint answers, and what it got. */
  let answer = 200;
  const received: { type: string; id: string }[] = [];
  const faults: string[] = [];
  let people = 0;

  async function start(): Promise<void> {
    endpoint = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        // The local Clerk sends JSON objects with a type.
        const { type } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { type: string };
        received.push({ type, id: String(request.headers['svix-id']) });
        response.writeHead(answer).end(answer === 200 ? '' : 'the database is away');
      });
    });
    await new Promise<void>((resolve) => endpoint.listen(0, '127.0.0.1', resolve));
    // A server that listens on TCP always has an AddressInfo.
    const { port } = endpoint.address() as AddressInfo;
    world = await startClerkWorld({ webhookUrls: [`http://127.0.0.1:${port}/hook`] });
    chromium = await launchBrowser();
  }
  async function stop(): Promise<void> {
    await chromium?.close();
    await world?.close();
    endpoint?.close();
  }
  useWorld(start, stop);
  afterEach(() => {
    answer = 200;
    const seen = faults.splice(0);
    if (seen.length > 0) throw new Error(`in the page: ${seen.join('; ')}`);
  });

  /** What earlier tests changed has been delivered, so that a test counts its own messages. */
  const nothingPending = () =>
    expect.poll(() => world.clerk.services.webhooks.counts().pending, patient).toBe(0);

  const newEmail = () => `board${++people}@rollcall.test`;

  async function open(path: string, options: Parameters<TestBrowser['newPage']>[0] = {}) {
    const page = await chromium.newPage(options);
    page.on('pageerror', (error) => faults.push(error.message));
    page.on('console', (message) => {
      // Violations of the page's own content security policy come this way.
      if (/Content Security Policy/.test(message.text())) faults.push(message.text());
    });
    await page.goto(`${world.url}/dashboard#${path}`);
    await page.locator('main:not([aria-busy]) h1').waitFor();
    return page;
  }

  const state = (page: Page) => page.locator('.head .badge');
  const announced = (page: Page, text: string) =>
    page.getByRole('status').filter({ hasText: text }).waitFor();

  it('says that it is a stand-in, and carries no secret', async () => {
    const page = await open('/instance');
    await page.getByText('A stand-in on this machine. Not Clerk, and not made by Clerk.').waitFor();
    await page.getByText(world.clerk.services.keys.instanceId).waitFor();
    const { secretKey, webhookSecret, privateKeyPem } = world.clerk.services.keys;
    for (const path of ['/instance', '/users', '/webhooks', '/mail']) {
      await page.goto(`${world.url}/dashboard#${path}`);
      await page.locator('main:not([aria-busy]) h1').waitFor();
      const html = await page.content();
      for (const secret of [secretKey, webhookSecret, privateKeyPem]) {
        expect(html).not.toContain(secret);
      }
    }
    await page.context().close();
  });

  it('creates a person, who hears of a bad address beside the form', async () => {
    const email = newEmail();
    const page = await open('/users');
    await page.getByRole('link', { name: 'Create user' }).click();
    await page.getByLabel('Email address').fill('not-an-address');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByRole('alert').filter({ hasText: 'valid email address' }).waitFor();
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('First name').fill('Barbara');
    await page.getByLabel('Last name').fill('Liskov');
    await page.getByLabel('Public metadata').fill('{ "role": "staff" }');
    await page.getByRole('button', { name: 'Create user' }).click();
    await page.getByRole('heading', { name: 'Barbara Liskov' }).waitFor();
    expect(world.clerk.services.store.userByEmail(email)).toMatchObject({
      firstName: 'Barbara',
      publicMetadata: { role: 'staff' },
    });
    await expect.poll(() => received.map(({ type }) => type), patient).toContain('user.created');
    await page.context().close();
  });

  it('edits public metadata; what is not JSON is named and never saved', async () => {
    const person = await world.addUser({
      email: newEmail(),
      publicMetadata: { role: 'staff', team: 'core' },
      privateMetadata: { note: 'kept' },
    });
    await nothingPending();
    const page = await open(`/users/${person.id}`);
    const editor = page.getByLabel('Public metadata (JSON object)');
    await editor.fill('{\n  "role": "admin",\n  oops\n}');
    await page.getByRole('alert').filter({ hasText: 'not valid JSON' }).waitFor();
    await page.getByRole('button', { name: 'Save metadata' }).click();
    await editor.fill('["admin"]');
    await page.getByRole('alert').filter({ hasText: 'must be a JSON object' }).waitFor();
    await page.getByRole('button', { name: 'Save metadata' }).click();
    const saved = () => world.clerk.services.store.get('users', person.id);
    expect(saved()?.publicMetadata).toEqual({ role: 'staff', team: 'core' });
    const before = received.length;
    await editor.fill('{ "role": "admin", "team": "core" }');
    await page.getByRole('button', { name: 'Save metadata' }).click();
    await announced(page, 'The metadata was saved');
    expect(saved()).toMatchObject({
      publicMetadata: { role: 'admin', team: 'core' },
      privateMetadata: { note: 'kept' },
    });
    await expect
      .poll(() => received.slice(before).map(({ type }) => type), patient)
      .toEqual(['user.updated']);
    await page.context().close();
  });

  it('edits the name, bans, unbans and deletes after asking', async () => {
    const person = await world.addUser({ email: newEmail() });
    const saved = () => world.clerk.services.store.get('users', person.id);
    const page = await open(`/users/${person.id}`);
    await page.getByLabel('First name').fill('Augusta');
    await page.getByRole('button', { name: 'Save name' }).click();
    await page.getByRole('heading', { name: 'Augusta Lovelace' }).waitFor();
    await page.getByRole('button', { name: 'Ban', exact: true }).click();
    await state(page).filter({ hasText: 'banned' }).waitFor();
    expect(saved()).toMatchObject({ firstName: 'Augusta', banned: true });
    await page.getByRole('button', { name: 'Unban' }).click();
    await state(page).filter({ hasText: 'active' }).waitFor();
    expect(saved()?.banned).toBe(false);
    await page.getByRole('button', { name: 'Delete user' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByRole('button', { name: 'Cancel' }).click();
    expect(saved()).not.toBeNull();
    await page.getByRole('button', { name: 'Delete user' }).click();
    await dialog.getByRole('button', { name: 'Delete user' }).click();
    await page.getByRole('heading', { name: 'Users' }).waitFor();
    expect(saved()).toBeNull();
    await page.context().close();
  });

  it('shows markup in names as text', async () => {
    const firstName = '<img src=x onerror="document.title=1">';
    const person = await world.addUser({ email: newEmail(), firstName });
    const page = await open(`/users/${person.id}`);
    await page.getByRole('heading', { name: `${firstName} Lovelace` }).waitFor();
    expect(await page.locator('h1 img').count()).toBe(0);
    await page.context().close();
  });

  it('finds one of 20,000 people by name or address, and pages through them', async () => {
    const wanted = newEmail();
    await world.addUser({ email: wanted, firstName: 'Zenobia', lastName: 'Quillfeather' });
    world.clerk.services.people.load(20_000);
    const page = await open('/users');
    await page.getByText(/^1 to 25 of 20,\d{3}$/).waitFor();
    await page.getByRole('button', { name: 'Next' }).click();
    await page.getByText(/^26 to 50 of 20,\d{3}$/).waitFor();
    await page.getByLabel('Search users').fill('quillfeather');
    await page.getByText('1 to 1 of 1').waitFor();
    await page.getByLabel('Search users').fill(wanted);
    await page.getByRole('link', { name: 'Zenobia Quillfeather' }).click();
    await page.getByRole('heading', { name: 'Zenobia Quillfeather' }).waitFor();
    await page.goBack();
    await page.getByText('1 to 1 of 1').waitFor();
    expect(await page.getByLabel('Search users').inputValue()).toBe(wanted);
    await page.context().close();
  });

  it('pauses webhooks, delivers what was kept, retries and resends', async () => {
    await nothingPending();
    const page = await open('/webhooks');
    await page.getByRole('button', { name: 'Pause' }).click();
    await announced(page, 'Messages are kept');
    const before = received.length;
    await world.addUser({ email: newEmail() });
    await page.getByRole('button', { name: 'Refresh' }).click();
    await page.locator('tbody tr').first().filter({ hasText: 'pending' }).waitFor();
    expect(received.length).toBe(before);
    answer = 500;
    await page.getByRole('button', { name: 'Deliver' }).click();
    await page.locator('tbody tr').first().filter({ hasText: '(500)' }).waitFor();
    // Paused again before the endpoint recovers, so that no retry of its own comes in between.
    await page.getByRole('button', { name: 'Pause' }).click();
    await announced(page, 'Messages are kept');
    answer = 200;
    await page.locator('tbody a').first().click();
    await page.getByText('the database is away').first().waitFor();
    await page.getByRole('button', { name: 'Retry now' }).click();
    await state(page).filter({ hasText: 'delivered' }).waitFor();
    const sent = received.length;
    await page.getByRole('button', { name: 'Resend' }).click();
    await expect.poll(() => received.length, patient).toBe(sent + 1);
    expect(received.at(-1)?.id).toBe(received.at(-2)?.id);
    await page.getByRole('link', { name: 'Webhooks' }).first().click();
    await page.getByRole('button', { name: 'Deliver' }).click();
    await announced(page, 'Every message goes out at once');
    await page.context().close();
  });

  it('retries everything that waits, at once', async () => {
    const { webhooks } = world.clerk.services;
    await nothingPending();
    webhooks.setPolicy({ ...webhooks.policy(), mode: 'pause' });
    await world.addUser({ email: newEmail() });
    await world.addUser({ email: newEmail() });
    expect(webhooks.counts().pending).toBe(2);
    const page = await open('/webhooks');
    await page.getByRole('button', { name: 'Retry all pending now' }).click();
    await announced(page, '2 deliveries go out now');
    await expect.poll(() => webhooks.counts().pending, patient).toBe(0);
    webhooks.setPolicy({ ...webhooks.policy(), mode: 'deliver' });
    await page.context().close();
  });

  it('moves the clock and switches the rate limits', async () => {
    const page = await open('/instance');
    await page.getByRole('button', { name: '+ 1 hour' }).click();
    await page.getByText('1 h', { exact: true }).waitFor();
    expect(world.clerk.services.clock.offsetMs()).toBe(60 * 60_000);
    await page.getByRole('button', { name: 'Reset' }).click();
    await page.getByText('nothing', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Development' }).click();
    await announced(page, 'Rate limits: development');
    expect(world.clerk.services.rateLimits.mode()).toBe('development');
    await page.context().close();
  });

  it('is usable by keyboard alone', async () => {
    await world.addUser({ email: newEmail(), firstName: 'Tabitha', lastName: 'Keys' });
    const page = await open('/users');
    await page.getByLabel('Search users').focus();
    await page.keyboard.type('tabitha');
    await page.getByText('1 to 1 of 1').waitFor();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Tabitha Keys' }).waitFor();
    const focused = () => page.evaluate(() => document.activeElement?.textContent);
    expect(await focused()).toBe('Tabitha Keys');
    await page.goto(`${world.url}/dashboard#/instance`);
    await page.getByRole('button', { name: 'Development' }).focus();
    await page.keyboard.press('Enter');
    await announced(page, 'Rate limits: development');
    // The sections were drawn anew; the keyboard is still where it was.
    expect(await focused()).toBe('Development');
    await page.context().close();
  });

  it.each([
    ['light', 1280],
    ['dark', 1280],
    ['light', 360],
    ['dark', 360],
  ] as const)(
    'has no accessibility fault and no sideways scrolling: %s, %d px',
    async (scheme, width) => {
      const person = await world.addUser({ email: newEmail() });
      const page = await open('/users', { colorScheme: scheme, width });
      await page.evaluate(axe.source);
      const views = [
        '/users',
        `/users/${person.id}`,
        '/users/new',
        '/webhooks',
        '/mail',
        '/instance',
      ];
      for (const view of views) {
        await page.evaluate((hash) => (location.hash = hash), view);
        await page.locator(`main[data-view="${view}"]:not([aria-busy])`).waitFor();
        const found = await page.evaluate(async () => {
          // axe puts itself on the window.
          const { violations } = await (window as unknown as { axe: typeof axe }).axe.run();
          const sideways = document.documentElement.scrollWidth - window.innerWidth;
          return {
            violations: violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`),
            sideways,
          };
        });
        expect({ view, ...found }).toEqual({ view, violations: [], sideways: 0 });
      }
      await page.context().close();
    },
  );
});
