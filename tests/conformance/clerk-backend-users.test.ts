import { isClerkAPIResponseError } from '@clerk/shared/error';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasClerkOpenApi, withoutClerkOpenApi } from '../support/clerk-openapi';
import { createLocalClerkWorld, type LocalClerkWorld } from '../support/local-clerk-world';

const password = 'correct-horse-9';

describe('Backend API: one user, through @clerk/backend', () => {
  let world: LocalClerkWorld;
  beforeAll(async () => {
    world = await createLocalClerkWorld();
  });
  afterAll(async () => {
    await world.close();
  });

  it('creates a user as Clerk shows it: first address primary and verified, lower case', async () => {
    const user = await world.sdk.users.createUser({
      emailAddress: ['Ann.Lee@Example.com', 'ann@example.org'],
      firstName: 'Ann',
      lastName: 'Lee',
      password,
      externalId: 'legacy-1',
      publicMetadata: { role: 'staff' },
      privateMetadata: { note: 'x' },
    });
    expect(user.primaryEmailAddress?.emailAddress).toBe('ann.lee@example.com');
    expect(user.emailAddresses.map((email) => email.verification?.status)).toEqual([
      'verified',
      'verified',
    ]);
    expect(user.id).toMatch(/^user_[0-9A-Za-z]{27}$/);
    expect(user).toMatchObject({ passwordEnabled: true, banned: false, locked: false });
    expect(user.privateMetadata).toEqual({ note: 'x' });
    expect(Math.abs(user.createdAt - Date.now())).toBeLessThan(60_000);
    expect((await world.sdk.users.getUser(user.id)).externalId).toBe('legacy-1');
  });

  const refused: [string, Record<string, unknown>, string, string][] = [
    [
      'a taken address',
      { email_address: ['ANN@example.org'], password },
      'form_identifier_exists',
      'email_address',
    ],
    [
      'a taken external id',
      { email_address: ['b@example.com'], password, external_id: 'legacy-1' },
      'form_identifier_exists',
      'external_id',
    ],
    ['no address', { password }, 'form_data_missing', ''],
    ['no password', { email_address: ['b@example.com'] }, 'form_data_missing', ''],
    [
      'a short password',
      { email_address: ['b@example.com'], password: 'short' },
      'form_password_length_too_short',
      'password',
    ],
    [
      'a malformed address',
      { email_address: ['b@'], password },
      'form_param_format_invalid',
      'email_address',
    ],
    [
      'an unknown field',
      { email_address: ['b@example.com'], password, rol: 'x' },
      'form_param_unknown',
      'rol',
    ],
    [
      'a wrong type',
      { email_address: 'b@example.com', password },
      'form_param_type_invalid',
      'email_address',
    ],
    [
      'metadata over 8 KB',
      { email_address: ['b@example.com'], password, public_metadata: { a: 'x'.repeat(8192) } },
      'form_param_exceeds_allowed_size',
      'public_metadata',
    ],
    [
      'a time that is none',
      { email_address: ['b@example.com'], password, created_at: 'yesterday' },
      'form_param_invalid_time',
      'created_at',
    ],
    [
      'what the stand-in lacks',
      { email_address: ['b@example.com'], password, totp_secret: 'x' },
      'feature_not_enabled',
      'totp_secret',
    ],
  ];
  it.each(refused)(
    'refuses to create a user with %s, and creates nothing',
    async (_what, body, code, param) => {
      const before = (await world.api('GET', '/users/count')).json.total_count;
      const answer = await world.api('POST', '/users', body);
      expect(answer.status).toBe(422);
      expect(answer.json.errors[0].code).toBe(code);
      expect(answer.json.errors[0].meta.param_name ?? '').toBe(param);
      expect((await world.api('GET', '/users/count')).json.total_count).toBe(before);
    },
  );

  it('creates without a password, banned or reserved when the request says so', async () => {
    const { json: user } = await world.api('POST', '/users', {
      email_address: ['reserved@example.com'],
      email_address_identification_status: ['reserved'],
      skip_password_requirement: true,
      banned: true,
    });
    expect(user).toMatchObject({ banned: true, password_enabled: false });
    expect(user.email_addresses[0]).toMatchObject({ reserved: true, verification: null });
  });

  it('C2: merges metadata deeply, removes by null, and leaves every other key alone', async () => {
    const { id } = await fresh(world, { public_metadata: { role: 'staff', team: { a: 1, b: 2 } } });
    const merged = await world.sdk.users.updateUserMetadata(id, {
      publicMetadata: { role: 'admin', team: { a: null, c: [1] } },
      privateMetadata: { rollcall: { rev: 1 } },
    });
    expect(merged.publicMetadata).toEqual({ role: 'admin', team: { b: 2, c: [1] } });
    expect(merged.privateMetadata).toEqual({ rollcall: { rev: 1 } });
    const replaced = await world.api('PUT', `/users/${id}/metadata`, { public_metadata: { x: 1 } });
    expect(replaced.json).toMatchObject({
      public_metadata: { x: 1 },
      private_metadata: { rollcall: { rev: 1 } },
    });
  });

  it('refuses a merge whose result outgrows 8 KB and keeps what was there', async () => {
    const { id } = await fresh(world, { public_metadata: { a: 'x'.repeat(5000) } });
    const answer = await world.api('PATCH', `/users/${id}/metadata`, {
      public_metadata: { b: 'y'.repeat(5000) },
    });
    expect(answer.status).toBe(422);
    expect(answer.json.errors[0].code).toBe('form_param_exceeds_allowed_size');
    expect(Object.keys((await world.api('GET', `/users/${id}`)).json.public_metadata)).toEqual([
      'a',
    ]);
  });

  it('refuses metadata in PATCH /users since API version 2026-05-12, and takes it before', async () => {
    const { id } = await fresh(world, { public_metadata: { keep: 1 } });
    const body = { first_name: 'New', public_metadata: { role: 'x' } };
    const now = await world.api('PATCH', `/users/${id}`, body);
    expect(now.status).toBe(422);
    expect(now.json.errors[0]).toMatchObject({ code: 'form_param_unknown' });
    expect((await world.api('GET', `/users/${id}`)).json.first_name).not.toBe('New');
    const before = await world.api('PATCH', `/users/${id}`, body, {
      'clerk-api-version': '2025-04-10',
    });
    expect(before.json).toMatchObject({ first_name: 'New', public_metadata: { role: 'x' } });
  });

  it('updates only what it is given, and always to a later updated_at', async () => {
    const { id } = await fresh(world, { first_name: 'Bo', last_name: 'Ek' });
    const first = await world.sdk.users.updateUser(id, { firstName: 'Bob' });
    const second = await world.sdk.users.updateUser(id, { lastName: '' });
    expect(second).toMatchObject({ firstName: 'Bob', lastName: null });
    expect(second.updatedAt).toBeGreaterThan(first.updatedAt);
  });

  it('bans by revoking every session, and lets nobody renew a token afterwards', async () => {
    const { id } = await fresh(world);
    const session = await world.sdk.sessions.createSession({ userId: id });
    expect((await world.sdk.users.banUser(id)).banned).toBe(true);
    expect((await world.sdk.sessions.getSession(session.id)).status).toBe('revoked');
    const refusal = await world.api('POST', `/sessions/${session.id}/tokens/convex`, {});
    expect(refusal.status).toBe(401);
    expect(refusal.json.errors[0].code).toBe('authentication_invalid');
    expect((await world.sdk.users.unbanUser(id)).banned).toBe(false);
    expect((await world.sdk.sessions.getSession(session.id)).status).toBe('revoked');
  });

  it('bans and unbans many at once, or none when one is unknown', async () => {
    const [a, b] = [await fresh(world), await fresh(world)];
    const failed = await world.api('POST', '/users/ban', { user_ids: [a.id, 'user_none'] });
    expect(failed.status).toBe(404);
    expect((await world.api('GET', `/users/${a.id}`)).json.banned).toBe(false);
    const done = await world.api('POST', '/users/ban', { user_ids: [a.id, b.id] });
    expect(done.json.map((user: { banned: boolean }) => user.banned)).toEqual([true, true]);
  });

  it('locks for an hour and unlocks', async () => {
    const { id } = await fresh(world);
    const locked = await world.api('POST', `/users/${id}/lock`);
    expect(locked.json).toMatchObject({ locked: true, verification_attempts_remaining: 0 });
    expect(locked.json.lockout_expires_in_seconds).toBeGreaterThan(3590);
    expect((await world.sdk.users.unlockUser(id)).locked).toBe(false);
  });

  it('verifies passwords without ever showing the hash', async () => {
    const { id } = await fresh(world, { password });
    expect(await world.sdk.users.verifyPassword({ userId: id, password })).toEqual({
      verified: true,
    });
    const wrong = await world.sdk.users
      .verifyPassword({ userId: id, password: 'wrong-horse-9' })
      .catch((error: unknown) => error);
    expect(isClerkAPIResponseError(wrong) && wrong.errors[0]?.code).toBe('incorrect_password');
    expect(JSON.stringify((await world.api('GET', `/users/${id}`)).json)).not.toContain('scrypt');
  });

  it('deletes for good, and frees the address', async () => {
    const { id, email } = await fresh(world);
    expect(await world.sdk.users.deleteUser(id)).toMatchObject({ id, deleted: true });
    expect((await world.api('GET', `/users/${id}`)).status).toBe(404);
    expect((await world.api('DELETE', `/users/${id}`)).json.errors[0].code).toBe(
      'resource_not_found',
    );
    await world.sdk.users.createUser({ emailAddress: [email], password });
  });

  it('adds, promotes and removes addresses', async () => {
    const { id, email } = await fresh(world);
    const created = await world.sdk.emailAddresses.createEmailAddress({
      userId: id,
      emailAddress: `new.${email}`,
      verified: true,
      primary: true,
    });
    const user = await world.sdk.users.getUser(id);
    expect(user.primaryEmailAddressId).toBe(created.id);
    await world.sdk.emailAddresses.deleteEmailAddress(created.id);
    const after = await world.sdk.users.getUser(id);
    expect(after.primaryEmailAddress?.emailAddress).toBe(email);
  });

  it('answers 401 in Clerk’s words to a missing and to a wrong key', async () => {
    const none = await world.api('GET', '/users', undefined, { authorization: '' });
    expect([none.status, none.json.errors[0].code]).toEqual([
      401,
      'authorization_header_format_invalid',
    ]);
    const wrong = await world.api('GET', '/users', undefined, {
      authorization: 'Bearer sk_test_no',
    });
    expect([wrong.status, wrong.json.errors[0].code]).toEqual([401, 'clerk_key_invalid']);
  });

  it.runIf(hasClerkOpenApi)('holds the answers that the SDK gets to Clerk’s OpenAPI', () => {
    expect([...world.checked]).toEqual(
      expect.arrayContaining([
        'POST /users',
        'GET /users/{user_id}',
        'PATCH /users/{user_id}/metadata',
        'PUT /users/{user_id}/metadata',
        'POST /users/{user_id}/ban',
        'DELETE /users/{user_id}',
      ]),
    );
  });

  it('sends exactly application/json, without which the SDK would not parse', async () => {
    const answer = await world.api('GET', '/users');
    expect(answer.headers.get('content-type')).toBe('application/json');
  });
});

if (!hasClerkOpenApi) it.skip(withoutClerkOpenApi('Backend API: one user, the shapes'));

let created = 0;

async function fresh(
  world: LocalClerkWorld,
  fields: Record<string, unknown> = {},
): Promise<{ id: string; email: string }> {
  created += 1;
  const email = `fresh.${created}@example.com`;
  const { status, json } = await world.api('POST', '/users', {
    email_address: [email],
    password,
    ...fields,
  });
  expect(status).toBe(200);
  return { id: json.id, email };
}
