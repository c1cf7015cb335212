import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { at, errorCode, FrontendClient } from '../fixtures/clerk-frontend-client';
import { demoPassword, startClerkWorld, type ClerkWorld } from '../fixtures/clerk-world';
import { hasClerkOpenApi, withoutClerkOpenApi } from '../support/clerk-openapi';

const title = 'Frontend API: sessions and the own account, as Clerk describes it';

if (!hasClerkOpenApi) it.skip(withoutClerkOpenApi(`${title}, the shapes`));

describe(title, () => {
  let world: ClerkWorld;
  let people = 0;

  beforeAll(async () => {
    world = await startClerkWorld();
  });
  afterAll(() => world.close());

  const browser = () => new FrontendClient(world.url).open();
  const newEmail = () => `account${++people}@rollcall.test`;

  /** A fresh person, signed in on a fresh browser. */
  async function signedIn() {
    const email = newEmail();
    const person = await world.addUser({ email });
    const client = await browser();
    const answer = await client.signIn(email, demoPassword);
    const sessionId = String(at(answer.body, 'response', 'created_session_id'));
    return { client, email, person, sessionId };
  }

  describe('sessions', () => {
    it('renews tokens as bare objects, for sessions and for the convex template', async () => {
      const { client, sessionId, person } = await signedIn();
      const plain = await client.post(`/v1/client/sessions/${sessionId}/tokens`);
      const convex = await client.post(`/v1/client/sessions/${sessionId}/tokens/convex`);
      const { tokens } = world.clerk.services;
      expect(plain.body.object).toBe('token');
      expect(tokens.verify(String(plain.body.jwt))).toMatchObject({
        sub: person.id,
        sid: sessionId,
        azp: 'http://localhost:3000',
      });
      expect(tokens.verify(String(convex.body.jwt))).toMatchObject({
        sub: person.id,
        aud: 'convex',
      });
      const unknown = await client.post(`/v1/client/sessions/${sessionId}/tokens/other`);
      expect(unknown.status).toBe(404);
    });

    it('touches, then signs out: the session gives no more tokens', async () => {
      const { client, sessionId } = await signedIn();
      const touched = await client.post(`/v1/client/sessions/${sessionId}/touch`);
      expect(at(touched.body, 'response', 'last_active_token', 'object')).toBe('token');
      const out = await client.request('/v1/client/sessions', { method: 'DELETE' });
      expect(at(out.body, 'response', 'sessions')).toEqual([]);
      const late = await client.post(`/v1/client/sessions/${sessionId}/tokens`);
      expect([late.status, errorCode(late)]).toEqual([401, 'authentication_invalid']);
    });

    it.each(['end', 'remove'])('ends one session by %s', async (action) => {
      const { client, sessionId } = await signedIn();
      const ended = await client.post(`/v1/client/sessions/${sessionId}/${action}`);
      expect(at(ended.body, 'client', 'sessions')).toEqual([]);
      expect((await client.get('/v1/me')).status).toBe(401);
    });

    it('refuses tokens with 401 once the person is banned, and shows no session', async () => {
      const { client, sessionId, person } = await signedIn();
      world.clerk.services.store.transact((tx) => tx.update('users', person.id, { banned: true }));
      const answer = await client.post(`/v1/client/sessions/${sessionId}/tokens`);
      expect([answer.status, errorCode(answer)]).toEqual([401, 'authentication_invalid']);
      expect(at((await client.get('/v1/client')).body, 'response', 'sessions')).toEqual([]);
    });

    it('ends a session by itself after seven days', async () => {
      const { client, sessionId } = await signedIn();
      world.clerk.services.clock.advance(7 * 24 * 60 * 60_000);
      try {
        const answer = await client.post(`/v1/client/sessions/${sessionId}/tokens`);
        expect(answer.status).toBe(401);
      } finally {
        world.clerk.services.clock.setOffset(0);
      }
    });

    it("does not find another browser's session", async () => {
      const { sessionId } = await signedIn();
      const { client } = await signedIn();
      const answer = await client.post(`/v1/client/sessions/${sessionId}/tokens`);
      expect(answer.status).toBe(404);
    });

    it('lists the devices of a person and signs one out from another', async () => {
      const { client, email, sessionId } = await signedIn();
      const elsewhere = await browser();
      const other = await elsewhere.signIn(email, demoPassword);
      const otherId = String(at(other.body, 'response', 'created_session_id'));
      const list = await client.get('/v1/me/sessions/active');
      expect((list.body as unknown as { id: string }[]).map(({ id }) => id)).toEqual([
        otherId,
        sessionId,
      ]);
      const revoked = await client.post(`/v1/me/sessions/${otherId}/revoke`);
      expect(at(revoked.body, 'response', 'status')).toBe('revoked');
      expect((await elsewhere.get('/v1/me')).status).toBe(401);
      expect((await client.get('/v1/me')).status).toBe(200);
    });
  });

  describe('the own account', () => {
    it('changes names; an empty one is removed and other fields stay', async () => {
      const { client, person } = await signedIn();
      const form = { first_name: 'Grace', last_name: '' };
      const answer = await client.request('/v1/me', { method: 'PATCH', form });
      expect(at(answer.body, 'response', 'first_name')).toBe('Grace');
      expect(at(answer.body, 'response', 'last_name')).toBeNull();
      const { publicMetadata, primaryEmailId } = person;
      expect(world.clerk.services.store.get('users', person.id)).toMatchObject({
        publicMetadata,
        primaryEmailId,
      });
    });

    it('merges unsafe metadata and never lets a person write their public metadata', async () => {
      const { client, person } = await signedIn();
      const send = (value: object) =>
        client.request('/v1/me/metadata', {
          method: 'PATCH',
          form: {
            unsafe_metadata: JSON.stringify(value),
            public_metadata: JSON.stringify({ role: 'superadmin' }),
          },
        });
      await send({ theme: 'dark', nested: { a: 1, b: 2 } });
      await send({ nested: { b: null } });
      expect(world.clerk.services.store.get('users', person.id)).toMatchObject({
        unsafeMetadata: { theme: 'dark', nested: { a: 1 } },
        publicMetadata: {},
      });
    });

    it('changes the password only with the old one, and can sign out other devices', async () => {
      const { client, email } = await signedIn();
      const elsewhere = await browser();
      await elsewhere.signIn(email, demoPassword);
      const path = '/v1/me/change_password';
      const refused = await client.post(path, {
        current_password: 'not-the-password',
        new_password: 'a-new-password',
      });
      expect(errorCode(refused)).toBe('form_password_incorrect');
      const changed = await client.post(path, {
        current_password: demoPassword,
        new_password: 'a-new-password',
        sign_out_of_other_sessions: 'true',
      });
      expect(changed.status).toBe(200);
      expect((await elsewhere.get('/v1/me')).status).toBe(401);
      expect((await client.get('/v1/me')).status).toBe(200);
    });

    it('adds, proves, promotes and removes an address; an unproven one cannot be primary', async () => {
      const { client, person } = await signedIn();
      const email = newEmail();
      const base = '/v1/me/email_addresses';
      const added = await client.post(base, { email_address: email });
      const id = String(at(added.body, 'response', 'id'));
      const promote = () =>
        client.request('/v1/me', { method: 'PATCH', form: { primary_email_address_id: id } });
      expect((await promote()).status).toBe(400);
      await client.post(`${base}/${id}/prepare_verification`, { strategy: 'email_code' });
      const code = world.codeFor(email);
      const proven = await client.post(`${base}/${id}/attempt_verification`, { code });
      expect(at(proven.body, 'response', 'verification', 'status')).toBe('verified');
      expect(at((await promote()).body, 'response', 'primary_email_address_id')).toBe(id);
      expect((await client.get(base)).status).toBe(200);
      const first = person.primaryEmailId ?? '';
      const removed = await client.request(`${base}/${first}`, { method: 'DELETE' });
      expect(at(removed.body, 'response', 'deleted')).toBe(true);
      const last = await client.request(`${base}/${id}`, { method: 'DELETE' });
      expect(last.status).toBe(403);
    });

    it('refuses an address that belongs to somebody else', async () => {
      const { email } = await signedIn();
      const { client } = await signedIn();
      const answer = await client.post('/v1/me/email_addresses', { email_address: email });
      expect(errorCode(answer)).toBe('form_identifier_exists');
    });

    it('keeps and serves a picture, judged by its content, and gives initials without one', async () => {
      const { client, person } = await signedIn();
      const png = Buffer.from(
        'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
        'base64',
      );
      const upload = (content: Buffer) => {
        const multipart = new FormData();
        multipart.set('file', new Blob([new Uint8Array(content)], { type: 'image/png' }), 'me.png');
        return client.request('/v1/me/profile_image', { method: 'POST', multipart });
      };
      const script = await upload(Buffer.from('<svg><script>alert(1)</script></svg>'));
      expect(errorCode(script)).toBe('avatar_file_type_invalid');
      const initials = await fetch(`${world.url}${person.imageUrl}`);
      expect(await initials.text()).toContain('>AL</text>');
      const accepted = await upload(png);
      const served = await fetch(String(at(accepted.body, 'response', 'public_url')));
      expect(served.headers.get('content-type')).toBe('image/png');
      expect(Buffer.from(await served.arrayBuffer()).equals(png)).toBe(true);
      expect(at((await client.get('/v1/me')).body, 'response', 'has_image')).toBe(true);
      await client.request('/v1/me/profile_image', { method: 'DELETE' });
      expect(world.clerk.services.store.get('users', person.id)?.hasImage).toBe(false);
    });

    it('lets a person delete themselves, unless that is not allowed to them', async () => {
      const { client, person } = await signedIn();
      const { store } = world.clerk.services;
      store.transact((tx) => tx.update('users', person.id, { deleteSelfEnabled: false }));
      expect((await client.request('/v1/me', { method: 'DELETE' })).status).toBe(403);
      store.transact((tx) => tx.update('users', person.id, { deleteSelfEnabled: true }));
      const gone = await client.request('/v1/me', { method: 'DELETE' });
      expect(at(gone.body, 'response', 'deleted')).toBe(true);
      expect(store.get('users', person.id)).toBeNull();
    });
  });
});
