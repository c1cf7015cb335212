import { createLocalJWKSet, jwtVerify, type JSONWebKeySet } from 'jose';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  apiTokenAudience,
  apiTokenIssuer,
  exchangePath,
  formatApiToken,
  generateSigningKey,
  keySetPath,
  type TokenScope,
} from '../../src/shared/api-tokens';
import { sha256Hex } from '../../convex/model/audit';
import {
  api,
  arrive,
  as,
  auditEntries,
  changeRow,
  codeOf,
  connectedWorld,
  type ConvexWorld,
  disconnectWorld,
  internal,
  rowOf,
} from '../support/convex-world';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const secret = 's'.repeat(43);

let t: ConvexWorld;
beforeEach(async () => {
  ({ t } = connectedWorld());
  vi.stubEnv('API_TOKEN_SIGNING_KEY', await generateSigningKey());
  await arrive(t, 'boss', 'superadmin');
  await arrive(t, 'second', 'superadmin');
});
afterEach(disconnectWorld);

async function make(
  tokenId: string,
  options: { scopes?: TokenScope[]; days?: number; by?: string } = {},
) {
  const { scopes = ['users:read', 'users:setRole'], days = 30, by = 'boss' } = options;
  const secretHash = await sha256Hex(secret);
  return await as(t, by).mutation(api.tokens.create, {
    tokenId,
    secretHash,
    name: 'robot',
    scopes,
    expiresInDays: days,
  });
}

async function exchange(token: string) {
  const response = await t.fetch(exchangePath, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
  });
  const body = (await response.json()) as { token?: string; code?: string; message?: string };
  return { status: response.status, retryAfter: response.headers.get('retry-after'), ...body };
}

const id = 'k'.repeat(16);
const token = formatApiToken({ tokenId: id, secret });
const asToken = () => as(t, id, { issuer: apiTokenIssuer });

describe('the exchange', () => {
  test('answers a JWT of one minute that the published key verifies', async () => {
    await make(id);
    const { status, token: jwt = '' } = await exchange(token);
    expect(status).toBe(200);
    const keys = (await (await t.fetch(keySetPath)).json()) as JSONWebKeySet;
    expect(JSON.stringify(keys)).not.toContain('"d"');
    const { payload, protectedHeader } = await jwtVerify(jwt, createLocalJWKSet(keys), {
      issuer: apiTokenIssuer,
      audience: apiTokenAudience,
      currentDate: new Date(),
    });
    expect(protectedHeader).toMatchObject({ alg: 'ES256', typ: 'JWT' });
    expect(payload.sub).toBe(id);
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(60);
  });

  test('ends the JWT with the token, and refuses it afterwards', async () => {
    await make(id, { days: 1 });
    vi.advanceTimersByTime(dayMs - 10_000);
    const { token: jwt = '' } = await exchange(token);
    const claims = JSON.parse(atob(jwt.split('.')[1] ?? '')) as { iat: number; exp: number };
    expect(claims.exp - claims.iat).toBe(10);
    vi.advanceTimersByTime(10_000);
    expect(await exchange(token)).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
  });

  test('tells a wrong secret, a wrong id and no token apart from nothing', async () => {
    await make(id);
    const wrongSecret = await exchange(formatApiToken({ tokenId: id, secret: 'x'.repeat(43) }));
    const wrongId = await exchange(formatApiToken({ tokenId: 'z'.repeat(16), secret }));
    expect(wrongSecret).toEqual(wrongId);
    expect(wrongId).toMatchObject({ status: 401, code: 'TOKEN_INVALID' });
    for (const odd of ['', 'rc_', `${token}x`, 'rc_ü', 'eyJhbGciOiJub25lIn0.e30.']) {
      expect((await exchange(odd)).code).toBe('TOKEN_INVALID');
    }
  });

  test('a flood of bad ones is refused in the end, and takes nothing from good ones', async () => {
    await make(id);
    const bad = formatApiToken({ tokenId: id, secret: 'x'.repeat(43) });
    let refused = await exchange(bad);
    for (let attempt = 0; attempt < 200 && refused.status === 401; attempt++) {
      refused = await exchange(bad);
    }
    expect(refused).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
    expect(Number(refused.retryAfter)).toBeGreaterThan(0);
    expect((await exchange(token)).status).toBe(200);
  });

  test('holds one token to its rate', async () => {
    await make(id);
    let last = await exchange(token);
    for (let attempt = 0; attempt < 100 && last.status === 200; attempt++) {
      last = await exchange(token);
    }
    expect(last).toMatchObject({ status: 429, code: 'RATE_LIMITED' });
  });

  test.each([undefined, 'nonsense', btoa('{"kty":"EC"}')])(
    'says NOT_CONFIGURED with the signing key %s',
    async (key) => {
      await make(id);
      vi.stubEnv('API_TOKEN_SIGNING_KEY', key);
      expect(await exchange(token)).toMatchObject({ status: 503, code: 'NOT_CONFIGURED' });
      expect(await (await t.fetch(keySetPath)).json()).toEqual({ keys: [] });
    },
  );

  test('writes the last use at most once a minute', async () => {
    await make(id);
    const used = async () => {
      const page = await as(t, 'boss').query(api.tokens.list, {
        paginationOpts: { numItems: 10, cursor: null },
        now: Date.now(),
      });
      return page.page[0]?.lastUsedAt;
    };
    expect(await used()).toBeUndefined();
    await exchange(token);
    const first = await used();
    expect(first).toBe(Date.now());
    vi.advanceTimersByTime(59_000);
    await exchange(token);
    expect(await used()).toBe(first);
    vi.advanceTimersByTime(1_000);
    await exchange(token);
    expect(await used()).toBe(Date.now());
  });
});

describe('what a token may do', () => {
  test('no more than its scopes and no more than its creator, as of now', async () => {
    await make(id, { scopes: ['users:read', 'users:setRole', 'users:delete'] });
    const ann = await arrive(t, 'ann');
    const role = (to: 'admin' | 'staff') =>
      codeOf(asToken().mutation(api.users.updateRole, { userId: ann._id, role: to }));
    expect(await role('admin')).toBe('no error');
    expect(await codeOf(asToken().query(api.organizations.list, page))).toBe('FORBIDDEN');
    await changeRow(t, 'boss', { role: 'admin' });
    expect(await role('staff')).toBe('FORBIDDEN');
    expect(await codeOf(asToken().query(api.users.list, page))).toBe('no error');
  });

  test('rules 7 and 8 hold for it as for its creator', async () => {
    await make(id, { scopes: ['users:setRole', 'users:deactivate'] });
    const boss = await rowOf(t, 'boss');
    const change = { userId: boss._id, role: 'staff' as const };
    expect(await codeOf(asToken().mutation(api.users.updateRole, change))).toBe('SELF_CHANGE');
    const second = await rowOf(t, 'second');
    await changeRow(t, 'boss', { isActive: false });
    expect(await codeOf(asToken().mutation(api.users.deactivate, { userId: second._id }))).toBe(
      'ACCOUNT_INACTIVE',
    );
  });

  test('its changes carry its name and source api', async () => {
    await make(id);
    const ann = await arrive(t, 'ann');
    await asToken().mutation(api.users.updateRole, { userId: ann._id, role: 'admin' });
    const entry = (await auditEntries(t)).findLast(({ action }) => action === 'role.changed');
    expect(entry).toMatchObject({ actor: `token:${id}`, source: 'api', target: 'user:ann' });
    expect(await rowOf(t, 'ann')).toMatchObject({ roleSource: 'api' });
  });

  test('revoking and deactivating the creator cut a JWT that is still good', async () => {
    await make(id);
    expect(await codeOf(asToken().query(api.users.list, page))).toBe('no error');
    await changeRow(t, 'boss', { isActive: false });
    expect(await codeOf(asToken().query(api.users.list, page))).toBe('ACCOUNT_INACTIVE');
    expect((await exchange(token)).message).toContain('deactivated');
    await changeRow(t, 'boss', { isActive: true });
    expect(await codeOf(asToken().query(api.users.list, page))).toBe('no error');
    await as(t, 'second').mutation(api.tokens.revoke, { tokenId: id });
    expect(await codeOf(asToken().query(api.users.list, page))).toBe('TOKEN_INVALID');
    expect((await exchange(token)).message).toContain('revoked');
  });

  test('makes no row and no tokens, and a Clerk id of its name is somebody else', async () => {
    await make(id, { scopes: ['users:read'] });
    expect(await codeOf(asToken().mutation(api.users.store, {}))).toBe('FORBIDDEN');
    expect(await codeOf(asToken().mutation(api.tokens.revoke, { tokenId: id }))).toBe('FORBIDDEN');
    // A person of the same id, with Clerk's issuer, is that person and not the token.
    expect(await codeOf(as(t, id).query(api.users.list, page))).toBe('ACCOUNT_NOT_READY');
  });
});

const page = { paginationOpts: { numItems: 10, cursor: null } };

describe('making and revoking', () => {
  test('is audited, without secret or hash, and the list shows neither', async () => {
    await make(id);
    await as(t, 'boss').mutation(api.tokens.revoke, { tokenId: id });
    const hash = await sha256Hex(secret);
    const entries = await auditEntries(t);
    expect(entries.slice(-2).map(({ action, actor, target }) => [action, actor, target])).toEqual([
      ['token.created', 'user:boss', `token:${id}`],
      ['token.revoked', 'user:boss', `token:${id}`],
    ]);
    const list = await as(t, 'boss').query(api.tokens.list, { ...page, now: Date.now() });
    expect(list.page).toMatchObject([{ tokenId: id, state: 'revoked', name: 'robot' }]);
    for (const text of [JSON.stringify(entries), JSON.stringify(list)]) {
      expect(text).not.toContain(hash);
      expect(text).not.toContain(secret);
    }
  });

  test.each([
    [{ days: 0 }, 'INVALID_INPUT'],
    [{ days: 366 }, 'INVALID_INPUT'],
    [{ days: 1.5 }, 'INVALID_INPUT'],
    [{ scopes: [] }, 'INVALID_INPUT'],
    [{ by: 'admin' }, 'FORBIDDEN'],
  ])('refuses %j with %s', async (options, code) => {
    await arrive(t, 'admin', 'admin');
    expect(await codeOf(make(id, options))).toBe(code);
  });

  test('the operator makes them for a named person, with no more than that person can do', async () => {
    await arrive(t, 'admin', 'admin');
    const secretHash = await sha256Hex(secret);
    const forAdmin = (scopes: TokenScope[]) =>
      t.mutation(internal.adminTokens.create, {
        actsAs: 'admin',
        tokenId: id,
        secretHash,
        name: 'cron',
        scopes,
        expiresInDays: 1,
      });
    expect(await codeOf(forAdmin(['users:setRole']))).toBe('FORBIDDEN');
    expect(await forAdmin(['sync:run'])).toMatchObject({ state: 'active' });
    expect((await auditEntries(t)).at(-1)).toMatchObject({ actor: 'cli', source: 'cli' });
  });

  test('ended ones are forgotten after 90 days, live ones never', async () => {
    await make(id, { days: 1 });
    await make('l'.repeat(16), { days: 365 });
    vi.advanceTimersByTime(92 * dayMs);
    expect(await t.mutation(internal.maintenance.pruneTokens, {})).toBe(1);
    expect(await t.mutation(internal.maintenance.pruneTokens, {})).toBe(0);
  });
});
