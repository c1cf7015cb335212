import path from 'node:path';
import type { Page } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { launchBrowser, type TestBrowser } from '../support/browser';
import { bundleBudgets, gzipBytesOf, pageBundle } from '../support/bundle';
import { pressUntil, tabAndPress } from '../support/keyboard';
import { userRow } from '../support/rollcall-page';
import { signInAs } from '../support/sign-in';
import { startStack, type World } from '../support/stack-world';
import { useWorld } from '../support/tries';

const password = 'rollcall-demo';
const distDir = path.join(import.meta.dirname, '..', '..', 'dist');
const adminPaths = ['/dashboard', '/dashboard/users', '/admin/users', '/admin/sync'];

describe('The pages, as everybody must be able to use them', () => {
  let world: World;
  let chromium: TestBrowser;
  let superadmin: Page;

  async function start(): Promise<void> {
    [world, chromium] = await Promise.all([startStack(), launchBrowser()]);
    superadmin = await chromium.newPage();
    await signInAs(superadmin, world.webUrl, { email: 'superadmin@rollcall.test', password });
  }
  async function stop(): Promise<void> {
    await chromium?.close();
    await world?.stop();
  }
  useWorld(start, stop);

  it('C1: a role is changed by keyboard alone', async () => {
    await world.clerk.createUser({
      email: 'keys@rollcall.test',
      firstName: 'Key',
      lastName: 'Board',
    });
    await superadmin.goto(`${world.webUrl}/admin/users`);
    const row = userRow(superadmin, 'keys@rollcall.test');
    await row.getByText('Staff').waitFor();
    await row.getByRole('button', { name: 'Actions for Key Board' }).focus();
    await superadmin.keyboard.press('Enter');
    const item = superadmin.getByRole('menuitem', { name: 'Update Role' });
    await item.waitFor();
    await pressUntil(superadmin, 'ArrowDown', item);
    await superadmin.keyboard.press('ArrowRight');
    const admin = superadmin.getByRole('menuitemradio', { name: 'Admin', exact: true });
    await pressUntil(superadmin, 'ArrowDown', admin);
    await superadmin.keyboard.press('Enter');
    const question = superadmin.getByRole('alertdialog');
    await tabAndPress(superadmin, question.getByRole('button', { name: 'Change to Admin' }));
    await row.getByText('Admin').waitFor();
    await row.getByText('Synced').waitFor();
    const inClerk = () => world.clerk.userByEmail('keys@rollcall.test');
    await expect.poll(async () => (await inClerk()).public_metadata.role).toBe('admin');
  });

  it('D4: search, filter and sort live in the address and survive a reload', async () => {
    await superadmin.goto(`${world.webUrl}/admin/users`);
    await userRow(superadmin, 'staff@rollcall.test').waitFor();
    await superadmin.getByRole('searchbox').fill('tanaka');
    await superadmin.waitForURL(/tanaka/);
    await expect.poll(() => superadmin.getByRole('row').count()).toBe(2);
    await superadmin.reload();
    await userRow(superadmin, 'staff@rollcall.test').waitFor();
    expect(await superadmin.getByRole('searchbox').inputValue()).toBe('tanaka');
    await superadmin.getByRole('searchbox').fill('nobody-of-that-name');
    await superadmin.getByRole('heading', { name: 'Nobody matches' }).waitFor();
  });

  it('D4: the list scrolls to its end with few rows in the page, loses and doubles nobody, and comes back to its place', async () => {
    for (let n = 0; n < 120; n++) {
      await world.clerk.createUser({
        email: `page${n}@rollcall.test`,
        firstName: 'Page',
        lastName: String(n).padStart(3, '0'),
      });
    }
    await superadmin.goto(`${world.webUrl}/admin/users?role=staff`);
    await superadmin.getByText(/^12\d users match$/).waitFor();
    const emails = () =>
      superadmin
        .getByRole('row')
        .getByText(/@rollcall\.test$/)
        .allTextContents();
    const seen = new Map<string, number>();
    const atEnd = () =>
      superadmin.evaluate(() => window.scrollY + innerHeight >= document.body.scrollHeight - 2);
    // Two frames: the one that scrolls, and the one that has drawn the rows for it.
    const painted = () =>
      superadmin.evaluate(
        () =>
          new Promise<void>((done) => {
            requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 20)));
          }),
      );
    for (let turn = 0; turn < 150; turn++) {
      const shown = await emails();
      expect(new Set(shown).size).toBe(shown.length);
      for (const email of shown) seen.set(email, (seen.get(email) ?? 0) + 1);
      expect(await superadmin.getByRole('row').count()).toBeLessThan(50);
      if ((await atEnd()) && seen.has('page119@rollcall.test')) break;
      await superadmin.mouse.wheel(0, 250);
      await painted();
    }
    const pages = [...seen.keys()].filter((email) => /^page\d+@/.test(email));
    expect(pages).toHaveLength(120);
    // The address names a place, not a person: no name and no email is in it.
    await expect.poll(() => superadmin.url()).toMatch(/[?&]at=[0-9a-z]+/);
    expect(superadmin.url()).not.toMatch(/page\d|rollcall\.test|%40/i);
    await superadmin.reload();
    await superadmin.getByRole('button', { name: 'Show from the start' }).waitFor();
    await expect.poll(async () => seen.has((await emails())[0] ?? '')).toBe(true);
    expect(await emails()).not.toContain('page0@rollcall.test');
    await superadmin.getByRole('button', { name: 'Show from the start' }).click();
    await expect.poll(async () => (await emails()).includes('page0@rollcall.test')).toBe(true);
  });

  it('D4: an address that does not exist says so and leads back', async () => {
    const response = await superadmin.goto(`${world.webUrl}/nowhere`);
    expect(response?.status()).toBe(404);
    await superadmin.getByRole('link', { name: 'Go to the start page' }).waitFor();
  });

  it('/admin/users sends no more JavaScript than its budget', async () => {
    const chunks = await pageBundle(distDir, '/admin/users');
    expect(chunks.length).toBeGreaterThan(1);
    expect(gzipBytesOf(chunks)).toBeLessThanOrEqual(bundleBudgets['/admin/users']);
  });

  it('no page asks anything of another machine', async () => {
    const foreign: string[] = [];
    const page = await superadmin.context().newPage();
    page.on('request', (request) => {
      if (!/^(http|ws):\/\/(127\.0\.0\.1|localhost):|^(data|blob):/.test(request.url())) {
        foreign.push(request.url());
      }
    });
    for (const path of adminPaths) {
      await page.goto(world.webUrl + path);
      await page.locator('.cl-userButtonTrigger').waitFor();
    }
    await page.close();
    expect(foreign).toEqual([]);
  });
});
