import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, errorCode, FrontendClient } from '../fixtures/clerk-frontend-client';
import { demoPassword, startClerkWorld, type ClerkWorld } from '../fixtures/clerk-world';
import { hasClerkOpenApi, withoutClerkOpenApi } from '../support/clerk-openapi';

const title = 'Frontend API: signing in, as Clerk describes it';

if (!hasClerkOpenApi) it.skip(withoutClerkOpenApi(`${title}, the shapes`));

describe(title, () => {
  let world: ClerkWorld;
  let people = 0;

  beforeAll(async () => {
    world = await startClerkWorld();
  });
  afterAll(() => world.close());

  const browser = () => new FrontendClient(world.url).open();
  const newPerson = () => world.addUser({ email: `person${++people}@rollcall.test` });

  it('tells clerk-js the settings of the instance, by GET and by tunnelled PATCH', async () => {
    const client = await browser();
    const read = await client.get('/v1/environment');
    const touched = await client.request('/v1/environment', { method: 'PATCH' });
    expect(read.status).toBe(200);
    expect(touched.body).toEqual(read.body);
    expect(at(read.body, 'user_settings', 'attributes', 'password', 'required')).toBe(true);
    expect(at(read.body, 'organization_settings', 'enabled')).toBe(false);
    expect(at(read.body, 'display_config', 'home_url')).toBe('http://localhost:3000');
  });

  it('signs in by identifier, then password, and shows the session in the client', async () => {
    const person = await newPerson();
    const client = await browser();
    const email = person.emails[0]?.emailAddress ?? '';
    const started = await client.post('/v1/client/sign_ins', { identifier: email });
    expect(at(started.body, 'response', 'status')).toBe('needs_first_factor');
    const id = String(at(started.body, 'response', 'id'));
    const done = await client.post(`/v1/client/sign_ins/${id}/attempt_first_factor`, {
      strategy: 'password',
      password: demoPassword,
    });
    expect(at(done.body, 'response', 'status')).toBe('complete');
    const sessionId = at(done.body, 'response', 'created_session_id');
    expect(at(done.body, 'client', 'last_active_session_id')).toBe(sessionId);
    const seen = await client.get('/v1/client');
    expect(at(seen.body, 'response', 'sessions', 0, 'id')).toBe(sessionId);
    expect(at(seen.body, 'response', 'sessions', 0, 'user', 'id')).toBe(person.id);
    expect(JSON.stringify(seen.body)).not.toContain('private_metadata');
  });

  it('answers a wrong password with form_password_incorrect and lets the right one in after', async () => {
    const person = await newPerson();
    const client = await browser();
    const email = person.emails[0]?.emailAddress ?? '';
    const wrong = await client.signIn(email, 'not-the-password');
    expect(wrong.status).toBe(422);
    expect(errorCode(wrong)).toBe('form_password_incorrect');
    expect(at(wrong.body, 'errors', 0, 'meta', 'param_name')).toBe('password');
    expect((await client.signIn(email, demoPassword)).status).toBe(200);
  });

  it('answers an unknown identifier with form_identifier_not_found', async () => {
    const client = await browser();
    const answer = await client.post('/v1/client/sign_ins', { identifier: 'nobody@rollcall.test' });
    expect([answer.status, errorCode(answer)]).toEqual([422, 'form_identifier_not_found']);
  });

  it('locks an account after 100 wrong passwords in a row, and opens it an hour later', async () => {
    const person = await newPerson();
    const { store, clock } = world.clerk.services;
    store.transact((tx) => tx.update('users', person.id, { failedAttempts: 99 }));
    const client = await browser();
    const email = person.emails[0]?.emailAddress ?? '';
    const last = await client.signIn(email, 'not-the-password');
    expect([last.status, errorCode(last)]).toEqual([403, 'user_locked']);
    const locked = await client.signIn(email, demoPassword);
    expect([locked.status, errorCode(locked)]).toEqual([403, 'user_locked']);
    clock.advance(60 * 60_000);
    try {
      expect((await client.signIn(email, demoPassword)).status).toBe(200);
      expect(store.get('users', person.id)?.failedAttempts).toBe(0);
    } finally {
      clock.setOffset(0);
    }
  });

  it('tells a banned person so, and gives no session', async () => {
    const person = await world.addUser({ email: 'banned@rollcall.test', banned: true });
    const client = await browser();
    const answer = await client.signIn('banned@rollcall.test', demoPassword);
    expect([answer.status, errorCode(answer)]).toEqual([403, 'user_banned']);
    expect(world.clerk.services.store.count('sessions', { userId: person.id })).toBe(0);
  });

  it('refuses a second sign-in while signed in (single-session mode)', async () => {
    const person = await newPerson();
    const client = await browser();
    const email = person.emails[0]?.emailAddress ?? '';
    await client.signIn(email, demoPassword);
    const again = await client.signIn(email, demoPassword);
    expect([again.status, errorCode(again)]).toEqual([400, 'session_exists']);
  });

  it('signs in by a code from the mail outbox', async () => {
    const person = await newPerson();
    const client = await browser();
    const email = person.emails[0]?.emailAddress ?? '';
    const started = await client.post('/v1/client/sign_ins', { identifier: email });
    const path = `/v1/client/sign_ins/${String(at(started.body, 'response', 'id'))}`;
    await client.post(`${path}/prepare_first_factor`, {
      strategy: 'email_code',
      email_address_id: person.emails[0]?.id ?? '',
    });
    const code = world.codeFor(email);
    const done = await client.post(`${path}/attempt_first_factor`, {
      strategy: 'email_code',
      code,
    });
    expect(at(done.body, 'response', 'status')).toBe('complete');
  });

  it('resets a forgotten password by code, after which only the new one works', async () => {
    const person = await newPerson();
    const client = await browser();
    const email = person.emails[0]?.emailAddress ?? '';
    const started = await client.post('/v1/client/sign_ins', { identifier: email });
    const path = `/v1/client/sign_ins/${String(at(started.body, 'response', 'id'))}`;
    const strategy = 'reset_password_email_code';
    await client.post(`${path}/prepare_first_factor`, { strategy });
    const code = world.codeFor(email);
    const proven = await client.post(`${path}/attempt_first_factor`, { strategy, code });
    expect(at(proven.body, 'response', 'status')).toBe('needs_new_password');
    const done = await client.post(`${path}/reset_password`, { password: 'a-new-password' });
    expect(at(done.body, 'response', 'status')).toBe('complete');
    const other = await browser();
    expect(errorCode(await other.signIn(email, demoPassword))).toBe('form_password_incorrect');
    expect((await other.signIn(email, 'a-new-password')).status).toBe(200);
  });

  it('keeps one browser out of the attempts of another', async () => {
    const person = await newPerson();
    const [mine, other] = [await browser(), await browser()];
    const identifier = person.emails[0]?.emailAddress ?? '';
    const started = await mine.post('/v1/client/sign_ins', { identifier });
    const id = String(at(started.body, 'response', 'id'));
    const stolen = await other.post(`/v1/client/sign_ins/${id}/attempt_first_factor`, {
      strategy: 'password',
      password: demoPassword,
    });
    expect(stolen.status).toBe(403);
  });

  it('knows no browser without its token, and no page from elsewhere', async () => {
    const unknown = new FrontendClient(world.url);
    unknown.token = 'dvb_unknown';
    const refused = await unknown.get('/v1/client');
    expect([refused.status, errorCode(refused)]).toEqual([401, 'dev_browser_unauthenticated']);
    const client = await browser();
    const foreign = await client.request('/v1/client', {
      headers: { origin: 'https://evil.test' },
    });
    expect([foreign.status, errorCode(foreign)]).toEqual([400, 'origin_invalid']);
    expect(foreign.headers.get('access-control-allow-origin')).toBeNull();
  });
});
