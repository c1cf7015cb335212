import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newInvitation, newOrganizationInvitation } from '../../local/clerk/actions/invitations';
import { newOrganization } from '../../local/clerk/actions/organizations';
import { at, errorCode, FrontendClient } from '../fixtures/clerk-frontend-client';
import { startClerkWorld, type ClerkWorld } from '../fixtures/clerk-world';
import { hasClerkOpenApi, withoutClerkOpenApi } from '../support/clerk-openapi';

const title = 'Frontend API: signing up and invitations, as Clerk describes it';

if (!hasClerkOpenApi) it.skip(withoutClerkOpenApi(`${title}, the shapes`));

describe(title, () => {
  let world: ClerkWorld;
  let people = 0;

  beforeAll(async () => {
    world = await startClerkWorld();
  });
  afterAll(() => world.close());

  const browser = () => new FrontendClient(world.url).open();
  const newEmail = () => `signup${++people}@rollcall.test`;

  async function startSignUp(email: string, extra: Record<string, string> = {}) {
    const client = await browser();
    const fields = { email_address: email, password: 'long-enough-1', ...extra };
    const answer = await client.post('/v1/client/sign_ups', fields);
    const path = `/v1/client/sign_ups/${String(at(answer.body, 'response', 'id'))}`;
    return { client, answer, path };
  }

  it('needs the address proven by code, then makes the person and signs them in', async () => {
    const email = newEmail();
    const { client, answer, path } = await startSignUp(email, { first_name: 'Grace' });
    expect(at(answer.body, 'response', 'status')).toBe('missing_requirements');
    expect(at(answer.body, 'response', 'unverified_fields')).toEqual(['email_address']);
    await client.post(`${path}/prepare_verification`, { strategy: 'email_code' });
    const wrong = await client.post(`${path}/attempt_verification`, {
      strategy: 'email_code',
      code: '000000',
    });
    expect([wrong.status, errorCode(wrong)]).toEqual([422, 'form_code_incorrect']);
    expect(world.clerk.services.store.userByEmail(email)).toBeNull();
    const code = world.codeFor(email);
    const done = await client.post(`${path}/attempt_verification`, {
      strategy: 'email_code',
      code,
    });
    expect(at(done.body, 'response', 'status')).toBe('complete');
    const person = world.clerk.services.store.userByEmail(email);
    expect(person).toMatchObject({ firstName: 'Grace', lastName: null });
    expect(at(done.body, 'response', 'created_user_id')).toBe(person?.id);
    expect(at(done.body, 'client', 'sessions', 0, 'user', 'id')).toBe(person?.id);
  });

  it('takes 424242 for a +clerk_test address only, and sends that one no mail', async () => {
    const test = `signup${++people}+clerk_test@rollcall.test`;
    const attempt = { strategy: 'email_code', code: '424242' };
    const first = await startSignUp(test);
    await first.client.post(`${first.path}/prepare_verification`, { strategy: 'email_code' });
    const done = await first.client.post(`${first.path}/attempt_verification`, attempt);
    expect(at(done.body, 'response', 'status')).toBe('complete');
    expect(world.clerk.services.store.count('mails', { to: test })).toBe(0);
    const second = await startSignUp(newEmail());
    await second.client.post(`${second.path}/prepare_verification`, { strategy: 'email_code' });
    const refused = await second.client.post(`${second.path}/attempt_verification`, attempt);
    expect(errorCode(refused)).toBe('form_code_incorrect');
  });

  it('gives up after five wrong codes, even if the sixth is right', async () => {
    const email = newEmail();
    const { client, path } = await startSignUp(email);
    await client.post(`${path}/prepare_verification`, { strategy: 'email_code' });
    const code = world.codeFor(email);
    const wrong = code === '111111' ? '222222' : '111111';
    for (let tries = 0; tries < 5; tries++) {
      await client.post(`${path}/attempt_verification`, { strategy: 'email_code', code: wrong });
    }
    const answer = await client.post(`${path}/attempt_verification`, {
      strategy: 'email_code',
      code,
    });
    expect([answer.status, errorCode(answer)]).toEqual([400, 'verification_failed']);
  });

  it('refuses a code after ten minutes', async () => {
    const email = newEmail();
    const { client, path } = await startSignUp(email);
    await client.post(`${path}/prepare_verification`, { strategy: 'email_code' });
    world.clerk.services.clock.advance(10 * 60_000 + 1);
    try {
      const answer = await client.post(`${path}/attempt_verification`, {
        strategy: 'email_code',
        code: world.codeFor(email),
      });
      expect([answer.status, errorCode(answer)]).toEqual([400, 'verification_expired']);
    } finally {
      world.clerk.services.clock.setOffset(0);
    }
  });

  it.each([
    ['a taken address', { email_address: 'taken@rollcall.test' }, 'form_identifier_exists'],
    ['a malformed address', { email_address: 'not-an-address' }, 'form_param_format_invalid'],
    ['a short password', { password: 'short' }, 'form_password_length_too_short'],
    ['a long password', { password: 'x'.repeat(73) }, 'form_password_length_too_long'],
    ['another sign-in method', { strategy: 'oauth_google' }, 'form_param_value_invalid'],
    ['a made-up invitation', { strategy: 'ticket', ticket: 'made-up' }, 'ticket_invalid_code'],
  ])('refuses %s', async (_what, fields, code) => {
    if (!world.clerk.services.store.userByEmail('taken@rollcall.test')) {
      await world.addUser({ email: 'taken@rollcall.test' });
    }
    const { answer } = await startSignUp(newEmail(), fields);
    expect(errorCode(answer)).toBe(code);
  });

  /** What the Backend API leaves behind when a server invites somebody. */
  function invite(emailAddress: string, redirectUrl: string | null = null) {
    const now = world.clerk.services.clock.now();
    const fields = { emailAddress, redirectUrl, publicMetadata: { role: 'admin' } };
    return world.clerk.services.store.transact((tx) =>
      tx.insert('invitations', newInvitation(now, fields)),
    );
  }

  function inviteToOrganization(emailAddress: string) {
    const now = world.clerk.services.clock.now();
    return world.clerk.services.store.transact((tx) => {
      const slug = `org-${++people}`;
      const { id } = tx.insert('organizations', newOrganization(now, { name: slug, slug }));
      const fields = { organizationId: id, emailAddress, role: 'org:admin' };
      return tx.insert('organizationInvitations', newOrganizationInvitation(now, fields));
    });
  }

  const follow = (query: Record<string, string>) => {
    const link = new URL('/v1/tickets/accept', world.url);
    link.search = new URLSearchParams(query).toString();
    return fetch(link, { redirect: 'manual' });
  };

  describe('invitation', () => {
    it('makes the address count as proven and carries its metadata over', async () => {
      const email = newEmail();
      const { id, ticket } = invite(email);
      const client = await browser();
      const fields = { strategy: 'ticket', ticket, password: 'long-enough-1' };
      const answer = await client.post('/v1/client/sign_ups', fields);
      expect(at(answer.body, 'response', 'status')).toBe('complete');
      const { store } = world.clerk.services;
      expect(store.userByEmail(email)?.publicMetadata).toEqual({ role: 'admin' });
      expect(store.get('invitations', id)?.status).toBe('accepted');
      const again = await (await browser()).post('/v1/client/sign_ups', fields);
      expect(errorCode(again)).toBe('ticket_invalid_code');
    });

    it('is worth nothing for another address', async () => {
      const email = newEmail();
      const { id, ticket } = invite(newEmail());
      const client = await browser();
      const started = await client.post('/v1/client/sign_ups', { strategy: 'ticket', ticket });
      expect(at(started.body, 'response', 'missing_fields')).toEqual(['password']);
      const path = `/v1/client/sign_ups/${String(at(started.body, 'response', 'id'))}`;
      const form = { email_address: email, password: 'long-enough-1' };
      await client.request(path, { method: 'PATCH', form });
      await client.post(`${path}/prepare_verification`, { strategy: 'email_code' });
      const code = world.codeFor(email);
      await client.post(`${path}/attempt_verification`, { strategy: 'email_code', code });
      const { store } = world.clerk.services;
      expect(store.userByEmail(email)?.publicMetadata).toEqual({});
      expect(store.get('invitations', id)?.status).toBe('pending');
    });

    it('expires', async () => {
      const { ticket } = invite(newEmail());
      world.clerk.services.clock.advance(31 * 24 * 60 * 60_000);
      try {
        const { answer } = await startSignUp(newEmail(), { strategy: 'ticket', ticket });
        expect(errorCode(answer)).toBe('ticket_expired_code');
      } finally {
        world.clerk.services.clock.setOffset(0);
      }
    });

    it('to an organization makes a new person a member', async () => {
      const email = newEmail();
      const { ticket, organizationId } = inviteToOrganization(email);
      const client = await browser();
      const fields = { strategy: 'ticket', ticket, password: 'long-enough-1' };
      const answer = await client.post('/v1/client/sign_ups', fields);
      const memberships = at(
        answer.body,
        'client',
        'sessions',
        0,
        'user',
        'organization_memberships',
      );
      expect(at(memberships, 0, 'organization', 'id')).toBe(organizationId);
      expect(at(memberships, 0, 'role')).toBe('org:admin');
    });

    it('to an organization signs in somebody who has an account, once', async () => {
      const email = newEmail();
      const person = await world.addUser({ email });
      const { ticket, organizationId } = inviteToOrganization(email);
      const client = await browser();
      const fields = { strategy: 'ticket', ticket };
      const answer = await client.post('/v1/client/sign_ins', fields);
      expect(at(answer.body, 'response', 'status')).toBe('complete');
      const where = { organizationId, userId: person.id };
      expect(world.clerk.services.store.count('memberships', where)).toBe(1);
      const again = await (await browser()).post('/v1/client/sign_ins', fields);
      expect(errorCode(again)).toBe('ticket_invalid_code');
    });

    it('leads from the link of its mail to the application, saying what comes next', async () => {
      const { ticket } = invite(newEmail(), 'http://localhost:3000/welcome?from=mail');
      const answer = await follow({ ticket });
      expect(answer.status).toBe(303);
      expect(answer.headers.get('location')).toBe(
        `http://localhost:3000/welcome?from=mail&__clerk_ticket=${ticket}&__clerk_status=sign_up`,
      );
      const email = newEmail();
      await world.addUser({ email });
      const member = await follow({ ticket: inviteToOrganization(email).ticket });
      expect(member.headers.get('location')).toContain('__clerk_status=sign_in');
    });

    it('is not handed to other machines, and a made-up one leads nowhere', async () => {
      const { ticket } = invite(newEmail());
      const foreign = await follow({ ticket, redirect_url: 'https://evil.test/' });
      expect([foreign.status, foreign.headers.get('location')]).toEqual([422, null]);
      expect((await follow({ ticket: 'made-up' })).status).toBe(400);
    });
  });
});
