import { statSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { verifyToken } from '@clerk/backend';
import { createRemoteJWKSet, jwtVerify, decodeProtectedHeader } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createLocalClerkWorld, type LocalClerkWorld } from '../support/local-clerk-world';

describe('Backend API: sessions, tokens and keys', () => {
  let world: LocalClerkWorld;
  let userId: string;
  let sessionId: string;
  beforeAll(async () => {
    world = await createLocalClerkWorld();
    const user = await world.sdk.users.createUser({
      emailAddress: ['tara@example.com'],
      firstName: 'Tara',
      lastName: 'Quispe',
      password: 'correct-horse-9',
    });
    userId = user.id;
    sessionId = (await world.sdk.sessions.createSession({ userId })).id;
  });
  afterAll(async () => {
    await world.close();
  });

  it('gives session tokens (version 2) that Clerk’s own verifier accepts by JWKS', async () => {
    const { jwt } = await world.sdk.sessions.getToken(sessionId);
    const { keys } = world.clerk.services;
    const claims = await verifyToken(jwt, { secretKey: keys.secretKey, apiUrl: world.url });
    expect(claims).toMatchObject({
      sid: sessionId,
      sub: userId,
      iss: world.url,
      sts: 'active',
      v: 2,
    });
    expect(claims.exp - claims.iat).toBe(60);
    expect(claims.fva).toEqual([0, -1]);
    expect(decodeProtectedHeader(jwt)).toMatchObject({
      alg: 'RS256',
      typ: 'JWT',
      cat: 'cl_B7d4PD111AAA',
    });
    expect(await verifyToken(jwt, { jwtKey: keys.publicKeyPem })).toMatchObject({ sub: userId });
  });

  it('B6: gives tokens of the convex template that any OpenID verifier accepts by discovery', async () => {
    const { jwt } = await world.sdk.sessions.getToken(sessionId, 'convex');
    const discovery = await (await fetch(`${world.url}/.well-known/openid-configuration`)).json();
    expect(discovery.issuer).toBe(world.url);
    const keySet = createRemoteJWKSet(new URL(discovery.jwks_uri));
    const { payload, protectedHeader } = await jwtVerify(jwt, keySet, {
      issuer: world.url,
      audience: 'convex',
    });
    expect(payload).toMatchObject({
      sub: userId,
      name: 'Tara Quispe',
      given_name: 'Tara',
      email: 'tara@example.com',
      email_verified: true,
    });
    expect(payload.sid).toBeUndefined();
    expect(protectedHeader.cat).toBe('cl_B7d4PD222AAA');
    const templates = await world.sdk.jwtTemplates.list();
    expect(templates.data.map(({ name }) => name)).toEqual(['convex']);
  });

  it('pain 22: keeps tokens far below the 4 KB of a cookie, whatever metadata a person has', async () => {
    const team = 'x'.repeat(7_000);
    await world.sdk.users.updateUserMetadata(userId, {
      publicMetadata: { role: 'admin', team },
      unsafeMetadata: { team },
    });
    const session = await world.sdk.sessions.getToken(sessionId);
    const convex = await world.sdk.sessions.getToken(sessionId, 'convex');
    for (const { jwt } of [session, convex]) {
      expect(jwt.length).toBeLessThan(1_500);
      expect(Buffer.from(jwt.split('.')[1] ?? '', 'base64url').toString()).not.toContain('xxxx');
    }
  });

  it('refuses a template that does not exist, and sessions that have ended', async () => {
    const missing = await world.api('POST', `/sessions/${sessionId}/tokens/hasura`, {});
    expect([missing.status, missing.json.errors[0].code]).toEqual([404, 'resource_not_found']);
    const other = await world.sdk.sessions.createSession({ userId });
    expect((await world.sdk.sessions.revokeSession(other.id)).status).toBe('revoked');
    expect((await world.api('POST', `/sessions/${other.id}/tokens`, {})).status).toBe(401);
    const listed = await world.sdk.sessions.getSessionList({ userId, status: 'revoked' });
    expect(listed.data.map(({ id }) => id)).toEqual([other.id]);
  });

  it('lets sessions expire by the local clock', async () => {
    const { id } = await world.sdk.sessions.createSession({ userId });
    world.clock.advance(8 * 24 * 60 * 60_000);
    expect((await world.sdk.sessions.getSession(id)).status).toBe('expired');
    expect((await world.api('POST', `/sessions/${id}/tokens`, {})).status).toBe(401);
    world.clock.setOffset(0);
  });

  it('describes its instance, its domain and its keys', async () => {
    expect((await world.sdk.instance.get()).id).toBe(world.clerk.services.keys.instanceId);
    const domains = await world.sdk.domains.list();
    expect(domains.data[0]?.frontendApiUrl).toBe(world.url);
    const jwks = await world.sdk.jwks.getJwks();
    expect(JSON.stringify(jwks)).not.toContain('"d"');
    expect((await world.sdk.testingTokens.createTestingToken()).token).not.toBe('');
  });

  it('makes every key per data folder and readable by its owner only', async () => {
    const other = await createLocalClerkWorld();
    const [a, b] = [world.clerk.services.keys, other.clerk.services.keys];
    for (const name of [
      'instanceId',
      'secretKey',
      'webhookSecret',
      'privateKeyPem',
      'clientKey',
    ] as const) {
      expect(a[name]).not.toBe(b[name]);
    }
    expect(Buffer.from(a.publishableKey.slice('pk_test_'.length), 'base64').toString()).toMatch(
      /^[a-z]+-[a-z]+-\d\d\.clerk\.accounts\.dev\$$/,
    );
    for (const file of readdirSync(world.dataDir)) {
      expect(statSync(join(world.dataDir, file)).mode & 0o077).toBe(0);
    }
    const refused = await other.api('GET', '/users', undefined, {
      authorization: `Bearer ${a.secretKey}`,
    });
    expect(refused.status).toBe(401);
    await other.close();
  });

  it('keeps keys, people and sessions over a restart', async () => {
    const before = world.clerk.services.keys;
    await world.restart();
    expect(world.clerk.services.keys).toEqual(before);
    expect((await world.sdk.users.getUser(userId)).firstName).toBe('Tara');
    expect((await world.sdk.sessions.getToken(sessionId)).jwt.split('.')).toHaveLength(3);
  });
});
