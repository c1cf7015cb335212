import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startClerkWorld, type ClerkWorld } from '../fixtures/clerk-world';

describe('Doors of the local Clerk that need no key', () => {
  let world: ClerkWorld;
  let userId: string;

  beforeAll(async () => {
    world = await startClerkWorld();
    userId = (await world.addUser({ email: 'somebody@rollcall.test' })).id;
  });
  afterAll(() => world.close());

  /** `fetch` sets Host and the Sec-Fetch headers itself, so this goes below it. */
  function send(method: string, path: string, headers: Record<string, string>, body = '') {
    return new Promise<number>((resolve, reject) => {
      const outgoing = request(world.url + path, { method, headers, agent: false }, (response) => {
        response.resume();
        response.on('end', () => resolve(response.statusCode ?? 0));
      });
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }

  const json = { 'content-type': 'application/json' };
  const own = () => ({ ...json, origin: world.url, 'sec-fetch-site': 'same-origin' });

  describe("the dashboard's routes", () => {
    it('answer the page itself', async () => {
      expect(await send('GET', '/_local/dashboard/users', own())).toBe(200);
    });

    it.each([
      ['a page on another port', { origin: 'http://127.0.0.1:3000' }],
      ['a page from elsewhere', { origin: 'https://evil.test' }],
      ['a page without an origin', { origin: 'null' }],
      ['a cross-site navigation', { 'sec-fetch-site': 'cross-site' }],
      ['a page on another port, without Origin', { 'sec-fetch-site': 'same-site' }],
      ['a name made to resolve here', { host: 'evil.test' }],
    ])('refuse %s, reading and writing', async (_who, headers) => {
      const path = `/_local/dashboard/users/${userId}`;
      expect(await send('GET', path, headers)).toBe(403);
      expect(await send('POST', `${path}/ban`, { ...json, ...headers }, '{}')).toBe(403);
      expect(await send('DELETE', path, headers)).toBe(403);
      expect(world.clerk.services.store.get('users', userId)).toMatchObject({ banned: false });
    });

    it('take no forms', async () => {
      const form = { 'content-type': 'application/x-www-form-urlencoded' };
      const path = '/_local/dashboard/users';
      expect(await send('POST', path, form, 'email=form%40rollcall.test')).toBe(415);
      expect(world.clerk.services.store.userByEmail('form@rollcall.test')).toBeNull();
    });
  });

  it('serves the page with a policy that lets nothing but its own scripts run', async () => {
    const page = await fetch(`${world.url}/dashboard`);
    const policy = page.headers.get('content-security-policy');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("script-src 'self'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(await page.text()).not.toMatch(/<script(?![^>]*\bsrc=)|\bon[a-z]+=/i);
  });

  it('serves exactly the files of the page', async () => {
    for (const name of ['main.js', 'dashboard.css', 'icon.svg']) {
      expect((await fetch(`${world.url}/dashboard/assets/${name}`)).status).toBe(200);
    }
    for (const name of ['index.html', '..%2Fguard.ts', 'constructor', '%2e%2e%2froutes.ts']) {
      expect((await fetch(`${world.url}/dashboard/assets/${name}`)).status).toBe(404);
    }
  });

  describe("clerk-js's own files", () => {
    it.each([
      'clerk-js@local/dist/clerk.browser.js',
      'clerk-js@6/dist/clerk.mjs',
      'ui/dist/ui.browser.js',
    ])('are served to any page: %s', async (file) => {
      const answer = await fetch(`${world.url}/npm/@clerk/${file}`, {
        headers: { origin: 'http://localhost:3000' },
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('content-type')).toContain('text/javascript');
      expect(answer.headers.get('access-control-allow-origin')).toBe('http://localhost:3000');
    });

    it.each([
      '@clerk/clerk-js@local/package.json',
      '@clerk/clerk-js@local/dist/..%2Fpackage.json',
      '@clerk/clerk-js@local/dist/%2e%2e/package.json',
      '@clerk/clerk-js@local/dist/..%2F..%2F..%2F..%2Fpackage.json',
      '@clerk/clerk-js@local/dist/..%2F..%2Fui%2Fdist%2Fui.browser.js',
      '@clerk/backend@local/dist/index.js',
      'convex@local/dist/index.js',
      '@clerk/clerk-js@local/dist/nothing-here.js',
    ])('and nothing else: %s', async (file) => {
      expect(await send('GET', `/npm/${file}`, {})).toBe(404);
    });
  });
});
