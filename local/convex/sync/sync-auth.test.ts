import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { newSigningKey, signToken, type SigningKey } from '../auth/testing/token-provider';
import type { FakeFunction } from '../http/testing/fake-engine';
import { RawSyncClient, type ServerMessage } from '../http/testing/raw-sync-client';
import { startFakeConvex, type FakeConvex } from '../http/testing/start-fake';

const issuer = 'https://issuer.example';
const functions: Record<string, FakeFunction> = {
  'me:get': { kind: 'query', handler: ({ user }) => user?.subject ?? null },
  'me:set': {
    kind: 'mutation',
    handler: ({ user, set }) => {
      set('by', user?.subject ?? null);
      return user?.subject ?? null;
    },
  },
  'secret:get': {
    kind: 'query',
    isInternal: true,
    handler: ({ user }) => user?.subject ?? 'admin',
  },
};

let key: SigningKey;
let convex: FakeConvex;
let client: RawSyncClient;
const token = (sub: string, expiresInS = 3600) => signToken(key, { iss: issuer, sub, expiresInS });
const authenticate = (value: string, baseVersion: number) =>
  client.send({ type: 'Authenticate', tokenType: 'User', value, baseVersion });
/** The transition that answers a query set; one for the identity alone may come before. */
const answered = async (querySet: number, from = client) => {
  for (;;) {
    const transition = await from.next('Transition');
    if ((transition.endVersion as { querySet: number }).querySet === querySet) return transition;
  }
};
const values = (message: ServerMessage) =>
  (message.modifications as { value: unknown }[]).map(({ value }) => value);

beforeEach(async () => {
  key = await newSigningKey('k', 'ES256');
  convex = await startFakeConvex(functions);
  const jwks = encodeURIComponent(JSON.stringify({ keys: [key.publicJwk] }));
  convex.engine.providers = [
    { kind: 'customJwt', issuer, jwksUrl: `data:application/json,${jwks}`, algorithm: 'ES256' },
  ];
  client = await RawSyncClient.connect(convex.url);
});
afterEach(async () => {
  client.close();
  await convex.close();
});

describe('identity of a sync session', () => {
  it('answers nothing before the token sent first is verified', async () => {
    authenticate(await token('ada'), 0);
    client.modify(0, client.watch(0, 'me:get'));
    const transition = await answered(1);
    expect(values(transition)).toEqual(['ada']);
    expect(transition.endVersion).toMatchObject({ identity: 1, querySet: 1 });
  });

  it('runs every query again when the identity changes, and resends what differs', async () => {
    client.modify(0, client.watch(0, 'me:get'));
    expect(values(await client.next('Transition'))).toEqual([null]);
    authenticate(await token('ada'), 0);
    expect(values(await client.next('Transition'))).toEqual(['ada']);
    authenticate(await token('bob'), 1);
    expect(values(await client.next('Transition'))).toEqual(['bob']);
    client.send({ type: 'Authenticate', tokenType: 'None', baseVersion: 2 });
    expect(values(await client.next('Transition'))).toEqual([null]);
  });

  it('confirms a renewed token of the same person without resending results', async () => {
    authenticate(await token('ada', 1000), 0);
    client.modify(0, client.watch(0, 'me:get'));
    await answered(1);
    authenticate(await token('ada', 2000), 1);
    const renewed = await client.next('Transition');
    expect(renewed).toMatchObject({ modifications: [], endVersion: { identity: 2 } });
  });

  it('answers a bad token with an AuthError and keeps the former identity', async () => {
    authenticate(await token('ada'), 0);
    client.modify(0, client.watch(0, 'me:get'));
    await answered(1);
    authenticate('rubbish', 1);
    expect(await client.next('AuthError')).toMatchObject({
      baseVersion: 1,
      authUpdateAttempted: true,
    });
    client.send({ type: 'Mutation', requestId: 0, udfPath: 'me:set', args: [{}] });
    expect(await client.next('MutationResponse')).toMatchObject({ result: 'ada' });
    // The client counts the failed attempt.
    authenticate(await token('bob'), 2);
    expect(await client.next('Transition')).toMatchObject({ endVersion: { identity: 1 } });
    expect(await client.next('Transition')).toMatchObject({ endVersion: { identity: 3 } });
  });

  it('ends an expired identity: AuthError, no more updates, no mutations, until a new token', async () => {
    authenticate(await token('ada', 1), 0);
    client.modify(0, client.watch(0, 'me:get'));
    await client.next('Transition');
    expect(await client.next('AuthError')).toMatchObject({
      baseVersion: 0,
      authUpdateAttempted: false,
    });
    const before = convex.engine.runs.length;
    client.send({ type: 'Mutation', requestId: 0, udfPath: 'me:set', args: [{}] });
    await client.next('AuthError');
    convex.engine.put({ x: 1 });
    client.modify(1, client.watch(1, 'me:get', { again: true }));
    authenticate(await token('ada'), 1);
    expect(values(await client.next('Transition'))).toEqual(['ada']);
    expect(convex.engine.peek('by')).toBeUndefined();
    expect(convex.engine.runs.slice(before).filter((path) => path === 'me:set')).toEqual([]);
  });

  it('lets an admin call internal functions, also as somebody', async () => {
    client.send({
      type: 'Authenticate',
      tokenType: 'Admin',
      value: convex.adminKey,
      baseVersion: 0,
    });
    client.modify(0, client.watch(0, 'secret:get'));
    expect(values(await answered(1))).toEqual(['admin']);
    const impersonating = { issuer, subject: 'carol' };
    client.send({
      type: 'Authenticate',
      tokenType: 'Admin',
      value: convex.adminKey,
      baseVersion: 1,
      impersonating,
    });
    expect(values(await client.next('Transition'))).toEqual(['carol']);
  });

  it('refuses a wrong admin key and keeps internal functions closed', async () => {
    client.send({
      type: 'Authenticate',
      tokenType: 'Admin',
      value: `${convex.adminKey}0`,
      baseVersion: 0,
    });
    expect((await client.next('AuthError')).error).toMatch(/admin key was invalid/);
    client.modify(
      0,
      client.watch(0, 'secret:get'),
      client.watch(1, '_system/cli/queryEnvironmentVariables'),
    );
    const { modifications } = await client.next('Transition');
    expect(modifications).toMatchObject([{ type: 'QueryFailed' }, { type: 'QueryFailed' }]);
  });

  it('does not share results between people', async () => {
    const other = await RawSyncClient.connect(convex.url);
    authenticate(await token('ada'), 0);
    client.modify(0, client.watch(0, 'me:get'));
    other.send({
      type: 'Authenticate',
      tokenType: 'User',
      value: await token('bob'),
      baseVersion: 0,
    });
    other.modify(0, other.watch(0, 'me:get'));
    expect(values(await answered(1))).toEqual(['ada']);
    expect(values(await answered(1, other))).toEqual(['bob']);
    other.close();
  });
});
