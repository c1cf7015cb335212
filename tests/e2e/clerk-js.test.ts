import type { Page } from 'playwright-core';
import { afterEach, describe, expect, it } from 'vitest';
import { newInvitation } from '../../local/clerk/actions/invitations';
import { banUser } from '../../local/clerk/actions/users';
import { verifyPassword } from '../../local/clerk/passwords';
import { serveClerkApp, type ServedApp } from '../fixtures/clerk-app';
import { demoPassword, startClerkWorld, type ClerkWorld } from '../fixtures/clerk-world';
import { launchBrowser, type TestBrowser } from '../support/browser';
import { useWorld } from '../support/tries';

/** clerk-js renews a 60 s token when it has 15 s left; the page's clock is moved past that. */
const renewalMs = 46_000;

/** Longer than the second that poll has of itself: the machine may be busy. */
const patient = { timeout: 30_000 };

describe('Unmodified clerk-js and its components, in Chromium', () => {
  let world: ClerkWorld;
  let app: ServedApp;
  let chromium: TestBrowser;
  let people = 0;
  const faults: string[] = [];

  async function start(): Promise<void> {
    world = await startClerkWorld();
    const { publishableKey } = world.clerk.services.keys;
    app = await serveClerkApp({ url: world.url, publishableKey });
    chromium = await launchBrowser();
  }
  async function stop(): Promise<void> {
    await chromium?.close();
    await app?.close();
    await world?.close();
  }
  useWorld(start, stop);
  afterEach(() => {
    const seen = faults.splice(0);
    if (seen.length > 0) throw new Error(`in the page: ${seen.join('; ')}`);
  });

  const newEmail = () => `browser${++people}@rollcall.test`;

  /** A page of a new person; what goes wrong inside it fails the test. */
  async function open(path: string, page?: Page): Promise<Page> {
    const opened = page ?? (await chromium.newPage());
    if (!page) {
      opened.on('pageerror', (error) => faults.push(error.message));
      opened.on('requestfailed', (request) => {
        const reason = request.failure()?.errorText ?? '';
        // Leaving a page cancels what it was still asking for.
        if (reason !== 'net::ERR_ABORTED') faults.push(`${request.url()} ${reason}`);
      });
      opened.on('response', (response) => {
        const leavesMachine = !/^http:\/\/(localhost|127\.0\.0\.1):|^blob:|^data:/.test(
          response.url(),
        );
        if (leavesMachine || response.status() === 404 || response.status() >= 500) {
          faults.push(`${response.status()} ${response.url()}`);
        }
      });
    }
    await opened.goto(app.url + path);
    await opened.waitForSelector('html[data-ready]');
    return opened;
  }

  async function signIn(email: string): Promise<Page> {
    const page = await open('/sign-in');
    await page.getByLabel('Email address').fill(email);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByLabel('Password', { exact: true }).fill(demoPassword);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText(`signed in as ${email}`).waitFor();
    return page;
  }

  /** Signed in by clerk-js itself, in a page whose time the test moves. */
  async function signInOnMovableClock(email: string): Promise<Page> {
    const page = await chromium.newPage();
    await page.clock.install();
    await open('/sign-in', page);
    await page.evaluate(
      async ([identifier, password]) => {
        // clerk-js puts itself there; its types are of another build.
        const { Clerk } = window as unknown as { Clerk: ClerkInPage };
        const attempt = await Clerk.client.signIn.create({ identifier, password });
        await Clerk.setActive({ session: attempt.createdSessionId });
      },
      [email, demoPassword],
    );
    await page.getByText(`signed in as ${email}`).waitFor();
    return page;
  }

  /** Beside the field, not only in the live region for screen readers. */
  const fieldError = (page: Page, text: string) =>
    page.getByTestId('form-feedback-error').filter({ hasText: text }).waitFor();

  const signedOut = (page: Page) => page.locator('#who', { hasText: 'signed out' }).waitFor();

  const sessionCookie = (page: Page) =>
    page.evaluate(() => /(?:^|; )__session=([^;]*)/.exec(document.cookie)?.[1] ?? '');

  it('signs in; a wrong password is said beside the field and can be corrected', async () => {
    const email = newEmail();
    await world.addUser({ email });
    const page = await open('/sign-in');
    await page.getByLabel('Email address').fill(email);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByLabel('Password', { exact: true }).fill('not-the-password');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await fieldError(page, 'Password is incorrect. Try again, or use another method.');
    await page.getByLabel('Password', { exact: true }).fill(demoPassword);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText(`signed in as ${email}`).waitFor();
    // A reload and another tab are the same browser.
    await open('/', page);
    await page.getByText(`signed in as ${email}`).waitFor();
    const tab = await open('/', await page.context().newPage());
    await tab.getByText(`signed in as ${email}`).waitFor();
    // Polled: a new token may come between the two looks.
    const same = async () => (await sessionCookie(tab)) === (await sessionCookie(page));
    await expect.poll(same).toBe(true);
    await page.context().close();
  });

  it('says that an account does not exist', async () => {
    const page = await open('/sign-in');
    await page.getByLabel('Email address').fill('nobody@rollcall.test');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await fieldError(page, "Couldn't find your account.");
    expect(await page.locator('#who').textContent()).toBe('signed out');
    await page.context().close();
  });

  it('signs up with the code from the mail outbox', async () => {
    const email = newEmail();
    const page = await open('/sign-up');
    await page.getByLabel('First name').fill('Grace');
    await page.getByLabel('Last name').fill('Hopper');
    await page.getByLabel('Email address').fill(email);
    await page.getByLabel('Password', { exact: true }).fill('long-enough-1');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText('Verify your email').waitFor();
    await page.getByText(email).waitFor();
    await page.getByRole('textbox', { name: /verification code/i }).waitFor();
    await expect
      .poll(() => world.clerk.services.store.count('mails', { to: email }), patient)
      .toBe(1);
    await page
      .getByRole('textbox', { name: /verification code/i })
      .pressSequentially(world.codeFor(email));
    await page.getByText(`signed in as ${email}`).waitFor();
    expect(world.clerk.services.store.userByEmail(email)).toMatchObject({
      firstName: 'Grace',
      lastName: 'Hopper',
    });
    await page.context().close();
  });

  it('leads from an invitation to an account: only a password is asked for', async () => {
    const email = newEmail();
    const { clock, store } = world.clerk.services;
    const fields = { emailAddress: email, publicMetadata: { role: 'admin' } };
    const { ticket } = store.transact((tx) =>
      tx.insert('invitations', newInvitation(clock.now(), fields)),
    );
    const link = new URL('/v1/tickets/accept', world.url);
    link.search = new URLSearchParams({ ticket, redirect_url: `${app.url}/sign-up` }).toString();
    const page = await open('/');
    await page.goto(link.href);
    await page.getByLabel('Password', { exact: true }).fill('long-enough-1');
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText(`signed in as ${email}`).waitFor();
    expect(store.userByEmail(email)?.publicMetadata).toEqual({ role: 'admin' });
    await page.context().close();
  });

  it('resets a forgotten password by code', async () => {
    const email = newEmail();
    await world.addUser({ email });
    const page = await open('/sign-in');
    await page.getByLabel('Email address').fill(email);
    await page.getByRole('button', { name: 'Continue', exact: true }).click();
    await page.getByText('Forgot password?').click();
    await page.getByRole('button', { name: 'Reset your password' }).click();
    const code = page.getByRole('textbox', { name: /verification code/i });
    await code.waitFor();
    await expect
      .poll(() => world.clerk.services.store.count('mails', { to: email }), patient)
      .toBe(1);
    await code.pressSequentially(world.codeFor(email));
    await page.getByLabel('New password').fill('a-new-password');
    await page.getByLabel('Confirm password').fill('a-new-password');
    await page.getByRole('button', { name: 'Reset Password' }).click();
    await page.getByText(`signed in as ${email}`).waitFor();
    const person = world.clerk.services.store.userByEmail(email);
    expect(await verifyPassword('a-new-password', person?.passwordHash ?? '')).toBe(true);
    await page.context().close();
  });

  it('signs out by the user button, in every tab', async () => {
    const email = newEmail();
    await world.addUser({ email });
    const page = await signIn(email);
    const tab = await open('/', await page.context().newPage());
    await open('/', page);
    await page.getByRole('button', { name: /open user menu/i }).click();
    await page.getByText('Sign out', { exact: true }).click();
    await signedOut(page);
    await signedOut(tab);
    await expect.poll(() => sessionCookie(page), patient).toBe('');
    await page.context().close();
  });

  it('edits the name in the profile', async () => {
    const email = newEmail();
    const person = await world.addUser({ email });
    const page = await signIn(email);
    await open('/profile', page);
    await page.getByRole('button', { name: 'Update profile' }).click();
    await page.getByLabel('First name').fill('Augusta');
    await page.getByRole('button', { name: 'Save' }).click();
    await page.getByText('Augusta Lovelace').first().waitFor();
    expect(world.clerk.services.store.get('users', person.id)?.firstName).toBe('Augusta');
    await page.context().close();
  });

  it('adds an email address in the profile, proven by code', async () => {
    const email = newEmail();
    const person = await world.addUser({ email });
    const page = await signIn(email);
    await open('/profile', page);
    const second = newEmail();
    await page.getByRole('button', { name: 'Add email address' }).click();
    await page.getByLabel('Email address').fill(second);
    await page.getByRole('button', { name: 'Add', exact: true }).click();
    await page.getByRole('textbox', { name: /verification code/i }).waitFor();
    await expect
      .poll(() => world.clerk.services.store.count('mails', { to: second }), patient)
      .toBe(1);
    await page
      .getByRole('textbox', { name: /verification code/i })
      .pressSequentially(world.codeFor(second));
    await expect
      .poll(
        () => world.clerk.services.store.get('users', person.id)?.emails[1]?.verification?.status,
        patient,
      )
      .toBe('verified');
    await page.context().close();
  });

  it('renews the 60 s session token by itself', async () => {
    const email = newEmail();
    await world.addUser({ email });
    const page = await signInOnMovableClock(email);
    const before = await sessionCookie(page);
    await page.clock.fastForward(renewalMs);
    await expect.poll(() => sessionCookie(page), patient).not.toBe(before);
    const claims = world.clerk.services.tokens.verify(await sessionCookie(page));
    const first = world.clerk.services.tokens.verify(before);
    expect(claims?.sid).toBe(first?.sid);
    expect(claims?.jti).not.toBe(first?.jti);
    await page.context().close();
  });

  it('signs a banned person out at the next renewal', async () => {
    const email = newEmail();
    const person = await world.addUser({ email });
    const page = await signInOnMovableClock(email);
    world.clerk.services.store.transact((tx) => banUser(tx, person.id));
    await page.clock.fastForward(renewalMs);
    await signedOut(page);
    // For good. The cookie may hold the old token still: a look of clerk-js at its cache, begun
    // before, can write it once more. It ends within the minute, and nobody renews it.
    await open('/', page);
    await expect.poll(() => page.locator('#who').textContent(), patient).toBe('signed out');
    await page.context().close();
  });
});

/** The part of clerk-js that the tests call by hand. */
interface ClerkInPage {
  client: {
    signIn: { create(fields: object): Promise<{ createdSessionId: string | null }> };
  };
  setActive(options: { session: string | null }): Promise<void>;
}
