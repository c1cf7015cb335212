import { createClerkClient } from '@clerk/backend';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cookieSuffix } from '../../local/clerk/tokens';
import { at, FrontendClient } from '../fixtures/clerk-frontend-client';
import { demoPassword, startClerkWorld, type ClerkWorld } from '../fixtures/clerk-world';

/** Where the application runs, as far as these tests are concerned: nobody has to answer there. */
const appUrl = 'http://localhost:3000';

type Jar = Map<string, string>;

describe('Handshake: unmodified @clerk/backend tells from cookies who asks', () => {
  let world: ClerkWorld;
  let backend: ReturnType<typeof createClerkClient>;
  let people = 0;

  beforeAll(async () => {
    world = await startClerkWorld();
    const { keys } = world.clerk.services;
    backend = createClerkClient({
      publishableKey: keys.publishableKey,
      secretKey: keys.secretKey,
      apiUrl: world.url,
      // What the SDK would otherwise fetch from the JWKS endpoint.
      jwtKey: keys.publicKeyPem,
      telemetry: { disabled: true },
    });
  });
  afterAll(() => world.close());

  /** One document request of a browser, judged as the web server would. */
  function authenticate(jar: Jar, path = '/dashboard') {
    const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ');
    const headers = { accept: 'text/html', 'sec-fetch-dest': 'document', cookie };
    const request = new Request(new URL(path, appUrl), { headers });
    return backend.authenticateRequest(request, {
      proxyUrl: world.url,
      authorizedParties: [appUrl],
    });
  }

  /** Keeps what `Set-Cookie` says, as a browser would. */
  function store(jar: Jar, headers: Headers): void {
    for (const directive of headers.getSetCookie()) {
      const [pair = '', ...attributes] = directive.split('; ');
      const name = pair.slice(0, pair.indexOf('='));
      if (attributes.includes('Max-Age=0')) jar.delete(name);
      else jar.set(name, pair.slice(name.length + 1));
    }
  }

  /** Follows a handshake to Clerk and back; the answer is the server's second judgement. */
  async function shakeHands(jar: Jar, state: { headers: Headers }) {
    const there = state.headers.get('location') ?? '';
    expect(there).toMatch(new RegExp(`^${world.url}/v1/client/handshake`));
    const back = await fetch(there, { redirect: 'manual' });
    expect(back.status).toBe(307);
    const returned = new URL(back.headers.get('location') ?? '');
    expect(returned.origin).toBe(appUrl);
    const resolved = await authenticate(jar, returned.pathname + returned.search);
    store(jar, resolved.headers);
    // The SDK cleans the address: the token must not stay in the history.
    expect(resolved.headers.get('location')).toBe(`${appUrl}/dashboard`);
    return resolved;
  }

  /** A browser that has signed in through the Frontend API, with the cookies clerk-js writes. */
  async function signedInJar() {
    const email = `handshake${++people}@rollcall.test`;
    const person = await world.addUser({ email });
    const client = await new FrontendClient(world.url, { validate: false }).open();
    const answer = await client.signIn(email, demoPassword);
    const jwt = String(at(answer.body, 'client', 'sessions', 0, 'last_active_token', 'jwt'));
    const uat = Math.floor(Number(at(answer.body, 'client', 'updated_at')) / 1000);
    const suffix = cookieSuffix(world.clerk.services.keys.publishableKey);
    const jar: Jar = new Map();
    const values = {
      __session: jwt,
      __client_uat: String(uat),
      __clerk_db_jwt: client.token ?? '',
    };
    for (const [name, value] of Object.entries(values)) {
      jar.set(name, value);
      jar.set(`${name}_${suffix}`, value);
    }
    return { jar, client, person, suffix };
  }

  it('gives an unknown browser an identity and leaves it signed out, in one round', async () => {
    const jar: Jar = new Map();
    const first = await authenticate(jar);
    expect([first.status, first.reason]).toEqual(['handshake', 'dev-browser-missing']);
    const resolved = await shakeHands(jar, first);
    expect(resolved.status).toBe('signed-out');
    expect(jar.get('__clerk_db_jwt')).toMatch(/^dvb_/);
    expect(jar.get('__client_uat')).toBe('0');
    expect(jar.has('__session')).toBe(false);
    expect((await authenticate(jar)).status).toBe('signed-out');
  });

  it('needs no handshake while the session token is fresh', async () => {
    const { jar, person } = await signedInJar();
    const state = await authenticate(jar);
    expect(state.status).toBe('signed-in');
    expect(state.toAuth()).toMatchObject({ userId: person.id });
  });

  it('renews an expired session token, in plain and suffixed cookies', async () => {
    const { jar, client, person, suffix } = await signedInJar();
    const { tokens } = world.clerk.services;
    const twoMinutesAgo = Math.floor(Date.now() / 1000) - 120;
    const times = { iat: twoMinutesAgo, nbf: twoMinutesAgo, exp: twoMinutesAgo + 60 };
    const old = tokens.sign({ ...tokens.verify(jar.get('__session') ?? ''), ...times });
    for (const name of ['__session', `__session_${suffix}`]) jar.set(name, old);
    for (const name of ['__client_uat', `__client_uat_${suffix}`]) jar.set(name, '1');
    const expired = await authenticate(jar);
    expect(expired.status).toBe('handshake');
    expect(expired.reason).toContain('session-token-expired');
    const resolved = await shakeHands(jar, expired);
    expect(resolved.status).toBe('signed-in');
    expect(resolved.toAuth()).toMatchObject({ userId: person.id });
    expect(jar.get('__session')).toBe(jar.get(`__session_${suffix}`));
    expect(jar.get('__clerk_db_jwt')).toBe(client.token);
    expect((await authenticate(jar)).status).toBe('signed-in');
  });

  it('signs in a browser that lost its session cookie but is signed in at Clerk', async () => {
    const { jar, person, suffix } = await signedInJar();
    for (const name of ['__session', `__session_${suffix}`]) jar.delete(name);
    const state = await authenticate(jar);
    expect([state.status, state.reason]).toEqual(['handshake', 'client-uat-but-no-session-token']);
    const resolved = await shakeHands(jar, state);
    expect(resolved.toAuth()).toMatchObject({ userId: person.id });
  });

  it('signs out a browser whose session ended at Clerk', async () => {
    const { jar, client, suffix } = await signedInJar();
    await client.request('/v1/client/sessions', { method: 'DELETE' });
    for (const name of ['__session', `__session_${suffix}`]) jar.delete(name);
    const resolved = await shakeHands(jar, await authenticate(jar));
    expect(resolved.status).toBe('signed-out');
    expect(jar.get('__client_uat')).toBe('0');
    expect((await authenticate(jar)).status).toBe('signed-out');
  });

  it('signs out a banned person at the next handshake', async () => {
    const { jar, person, suffix } = await signedInJar();
    world.clerk.services.store.transact((tx) => tx.update('users', person.id, { banned: true }));
    for (const name of ['__session', `__session_${suffix}`]) jar.delete(name);
    const resolved = await shakeHands(jar, await authenticate(jar));
    expect(resolved.status).toBe('signed-out');
  });

  it('gives a browser with an unknown token a new identity', async () => {
    const jar: Jar = new Map([['__clerk_db_jwt', 'dvb_of-another-data-folder']]);
    jar.set('__client_uat', '1');
    const resolved = await shakeHands(jar, await authenticate(jar));
    expect(resolved.status).toBe('signed-out');
    expect(jar.get('__clerk_db_jwt')).not.toBe('dvb_of-another-data-folder');
  });

  it('hands session tokens to loopback addresses only', async () => {
    const { client } = await signedInJar();
    const targets = [
      'https://evil.test/',
      'http://localhost.evil.test/',
      'javascript:alert(1)',
      '',
    ];
    for (const target of targets) {
      const url = new URL('/v1/client/handshake', world.url);
      url.searchParams.set('redirect_url', target);
      url.searchParams.set('__clerk_db_jwt', client.token ?? '');
      const answer = await fetch(url, { redirect: 'manual' });
      expect([target, answer.status, answer.headers.get('location')]).toEqual([target, 400, null]);
    }
  });
});
