import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { permissions } from '../../src/shared/permissions';
import { tokenScopes, type TokenScope } from '../../src/shared/api-tokens';
import { endpointsOf } from '../../src/server/rest/find-endpoint';
import { appRouter } from '../../src/server/routers/app';
import {
  api,
  arrive,
  as,
  auditEntries,
  connectedWorld,
  type ConvexWorld,
  deliver,
  deliveryRows,
  disconnectWorld,
  organizationRow,
  rowOf,
} from '../support/convex-world';
import { envelope, rawOrganization } from '../support/fake-clerk';
import { restWorld, thingsToDecide, tokenOf } from '../support/rest-world';

// The log event of a request belongs to the built server; here trouble is shown at once.
vi.mock('../../src/server/request-event', () => ({
  annotateRequest: (fields: { error?: { stack?: string } }) => {
    if (fields.error) throw new Error(`nobody expected: ${fields.error.stack}`);
  },
}));

let t: ConvexWorld;
let ask: ReturnType<typeof restWorld>;
beforeEach(async () => {
  ({ t } = connectedWorld());
  // What the web server's environment needs beside the deployment's.
  vi.stubEnv('CLERK_PUBLISHABLE_KEY', `pk_test_${btoa('a.clerk.test$').replace(/=+$/, '')}`);
  vi.stubEnv('CONVEX_URL', 'http://convex.test');
  vi.stubEnv('CONVEX_SITE_URL', 'http://site.test');
  vi.stubEnv('CREDENTIALS_ENCRYPTION_KEY', btoa('k'.repeat(32)));
  ask = restWorld(t);
  await arrive(t, 'boss', 'superadmin');
  await arrive(t, 'second', 'superadmin');
});
afterEach(disconnectWorld);

interface Page {
  items: { name: string; externalId: string }[];
  cursor: string | null;
}

describe('requests', () => {
  test('C5: PATCH gives a role, by row id and by Clerk id, at both addresses', async () => {
    const ann = await arrive(t, 'user_ann');
    const byRow = await ask('boss', 'PATCH', `/api/admin/users/${ann._id}`, {
      body: { role: 'admin' },
    });
    expect(byRow).toMatchObject({
      status: 200,
      body: { role: 'admin', push: { state: 'pending' } },
    });
    const byClerkId = await ask('boss', 'PATCH', '/api/v1/admin/users/user_ann', {
      body: { role: 'staff' },
    });
    expect(byClerkId).toMatchObject({ status: 200, body: { role: 'staff' } });
  });

  test('a token changes as itself, with source api', async () => {
    const ann = await arrive(t, 'user_ann');
    const token = await tokenOf(t, 'boss', ['users:setRole']);
    const path = `/api/v1/admin/users/${ann._id}`;
    expect((await ask(token, 'PATCH', path, { body: { role: 'admin' } })).status).toBe(200);
    expect((await auditEntries(t)).at(-1)).toMatchObject({ actor: token, source: 'api' });
    expect((await ask(token, 'GET', path)).status).toBe(403);
  });

  test.each([
    ['GET', '/api/v1/nothing', 404, 'NOT_FOUND'],
    ['GET', '/api/v1/admin/users/%E0%A4', 404, 'NOT_FOUND'],
    ['GET', '/api/v1/admin/users/..%2f..%2fetc', 400, 'INVALID_INPUT'],
    ['GET', '/api/v1/admin/users/user_nobody', 404, 'USER_NOT_FOUND'],
    ['GET', '/api/v1/admin/users?limit=0', 400, 'INVALID_INPUT'],
    ['GET', '/api/v1/admin/users?limit=101', 400, 'INVALID_INPUT'],
    ['GET', '/api/v1/admin/users?limit=ten', 400, 'INVALID_INPUT'],
    ['GET', '/api/v1/admin/users?limit=1&limit=2', 400, 'INVALID_INPUT'],
    ['GET', '/api/v1/admin/users?colour=red', 400, 'INVALID_INPUT'],
    ['GET', '/api/v1/admin/users?cursor=made-up', 400, 'INVALID_INPUT'],
    ['GET', '/api/v1/admin/users?__proto__=x', 400, 'INVALID_INPUT'],
    ['GET', '/api/v1/admin/stats?x=1', 400, 'INVALID_INPUT'],
  ])('%s %s -> %i %s', async (method, path, status, code) => {
    expect(await ask('boss', method, path)).toMatchObject({ status, body: { code } });
  });

  test.each([
    ['[]', 400, 'INVALID_INPUT'],
    ['{', 400, 'INVALID_INPUT'],
    ['null', 400, 'INVALID_INPUT'],
    ['{}', 400, 'INVALID_INPUT'],
    ['{"role":"emperor"}', 400, 'UNKNOWN_ROLE'],
    ['{"role":"admin","force":true}', 400, 'INVALID_INPUT'],
    ['{"role":"admin","userId":"x"}', 400, 'INVALID_INPUT'],
    [`{"role":"${'x'.repeat(70_000)}"}`, 413, 'BODY_TOO_LARGE'],
  ])('a body %.30s -> %i %s', async (body, status, code) => {
    const { _id } = await arrive(t, 'ann');
    expect(await ask('boss', 'PATCH', `/api/v1/admin/users/${_id}`, { body })).toMatchObject({
      status,
      body: { code },
    });
  });

  test('says which methods and types there are', async () => {
    const wrong = await ask('boss', 'PUT', '/api/v1/admin/users');
    expect(wrong).toMatchObject({ status: 405, body: { code: 'METHOD_NOT_ALLOWED' } });
    expect(wrong.headers.get('allow')).toBe('GET, OPTIONS');
    expect((await ask(null, 'OPTIONS', '/api/v1/admin/users')).status).toBe(204);
    const html = { headers: { accept: 'text/html' } };
    expect((await ask('boss', 'GET', '/api/v1/admin/users', html)).status).toBe(406);
    const { _id } = await arrive(t, 'ann');
    const form = { body: 'role=admin', headers: { 'content-type': 'text/plain' } };
    expect(await ask('boss', 'PATCH', `/api/v1/admin/users/${_id}`, form)).toMatchObject({
      status: 415,
      body: { code: 'UNSUPPORTED_MEDIA_TYPE' },
    });
  });

  test('asks who is there first, and says how', async () => {
    const { status, body, headers } = await ask(null, 'GET', '/api/v1/admin/users?limit=0');
    expect({ status, body }).toMatchObject({ status: 401, body: { code: 'UNAUTHENTICATED' } });
    expect(headers.get('www-authenticate')).toBe('Bearer');
  });

  test('D3: holds a caller to a rate, and says how long to wait', async () => {
    let last = await ask('boss', 'GET', '/api/v1/me');
    for (let count = 0; count < 200 && last.status === 200; count++) {
      last = await ask('boss', 'GET', '/api/v1/me');
    }
    expect(last).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED' } });
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect((await ask('second', 'GET', '/api/v1/me')).status).toBe(200);
  });
});

describe('pages', () => {
  test('walk a whole list once, and no cursor works for another list or filter', async () => {
    for (let index = 0; index < 7; index++) await arrive(t, `p${index}`);
    const list = async (path: string) => await ask('boss', 'GET', `/api/v1/admin/${path}`);
    const after = (cursor: string) => `cursor=${encodeURIComponent(cursor)}`;
    const first = (await list('users?limit=4')).body as Page;
    const pages = [first];
    for (let page = first; page.cursor !== null && pages.length < 9;) {
      page = (await list(`users?limit=4&${after(page.cursor)}`)).body as Page;
      pages.push(page);
    }
    const seen = pages.flatMap(({ items }) => items.map(({ externalId }) => externalId));
    expect(seen).toHaveLength(9);
    expect(new Set(seen).size).toBe(9);
    for (const other of ['users?role=staff', 'clerk/organizations?limit=4', 'tokens?limit=4']) {
      const refused = await list(`${other}&${after(first.cursor ?? '')}`);
      expect(refused).toMatchObject({ status: 400, body: { field: 'cursor' } });
    }
  });

  test('a copy of the audit log is itself in the log, and nobody goes on with one unseen', async () => {
    for (let n = 0; n < 210; n += 1) await arrive(t, `user_${n}`);
    vi.setSystemTime(Date.now() + 1_000);
    const path = '/api/v1/admin/audit/export';
    const first = await ask('boss', 'POST', path, { body: { action: 'user.created' } });
    const { items, cursor, upTo } = first.body as Page & { upTo: number };
    expect([first.status, items.length]).toEqual([200, 200]);
    expect((await auditEntries(t)).at(-1)).toMatchObject({
      action: 'audit.exported',
      actor: 'user:boss',
    });
    const next = { action: 'user.created', cursor, to: upTo };
    const entries = (await auditEntries(t)).length;
    const rest = (await ask('boss', 'POST', path, { body: next })).body as Page;
    expect(items.length + rest.items.length).toBe(212);
    expect((await auditEntries(t)).length).toBe(entries);
    for (const other of [{ action: undefined }, { to: upTo + 1 }, { cursor: `${cursor}x` }]) {
      const refused = await ask('boss', 'POST', path, { body: { ...next, ...other } });
      expect(refused).toMatchObject({ status: 400, body: { field: 'cursor' } });
    }
  });

  test('the chain of the audit log is checked stretch by stretch', async () => {
    const verify = (query: string) => ask('boss', 'GET', `/api/v1/admin/audit/verify${query}`);
    const whole = await verify('');
    expect(whole).toMatchObject({ status: 200, body: { ok: true, isDone: true } });
    const { head } = whole.body as { head: { seq: number; hash: string } };
    await arrive(t, 'user_later');
    const rest = await verify(`?seq=${head.seq}&hash=${head.hash}`);
    expect(rest.body).toMatchObject({ ok: true, checked: 1, isDone: true });
    const wrong = await verify(`?seq=${head.seq}&hash=${'0'.repeat(64)}`);
    expect(wrong.body).toMatchObject({ ok: false, problem: 'brokenLink' });
  });

  test('E2: organizations and their members', async () => {
    await deliver(t, envelope('organization.created', rawOrganization('org_1')));
    const { _id } = await organizationRow(t, 'org_1');
    expect(await ask('boss', 'GET', '/api/v1/admin/clerk/organizations')).toMatchObject({
      status: 200,
      body: { items: [{ externalId: 'org_1' }], cursor: null },
    });
    const path = `/api/v1/admin/clerk/organizations/${_id}/members`;
    expect(await ask('boss', 'GET', path)).toMatchObject({ status: 200, body: { items: [] } });
  });
});

describe('every endpoint', () => {
  const endpoints = endpointsOf(appRouter);
  const seen = new Set<string>();

  test('names a permission of the vocabulary, and no address twice', () => {
    for (const { rest, path } of endpoints) {
      expect(rest.permission === 'signedIn' || permissions.includes(rest.permission)).toBe(true);
      expect(seen.has(`${rest.method} ${path}`)).toBe(false);
      seen.add(`${rest.method} ${path}`);
    }
    expect(endpoints.length).toBeGreaterThan(10);
  });

  test.each(
    endpoints
      .filter(({ rest }) => rest.permission !== 'signedIn')
      .map((endpoint) => [endpoint.rest.method, endpoint.path, endpoint] as const),
  )('%s %s: refuses a token with every scope but its own', async (method, path, endpoint) => {
    const target = await rowOf(t, 'second');
    const others = tokenScopes.filter((scope) => scope !== endpoint.rest.permission);
    const token = await tokenOf(t, 'boss', others);
    const filled = await fill(path, target._id);
    const body =
      method === 'POST' || method === 'PATCH' ? await bodyFor(endpoint.procedure) : undefined;
    const refused = await ask(token, method, filled, { body });
    expect(refused).toMatchObject({ status: 403, body: { code: 'FORBIDDEN' } });
    // Some permissions no token can have.
    if (!tokenScopes.some((scope) => scope === endpoint.rest.permission)) return;
    const own = await tokenOf(t, 'boss', [
      endpoint.rest.permission as TokenScope,
      ...((endpoint.rest.also ?? []) as TokenScope[]),
    ]);
    const allowed = await ask(own, method, filled, { body });
    expect(allowed).not.toMatchObject({ body: { code: 'FORBIDDEN' } });
    expect(allowed.status).toBeLessThan(500);
  });

  /** What a valid request needs beside its address. */
  const bodies: Record<string, object> = {
    'users.setRole': { role: 'admin' },
    'tokens.create': { name: 'x', scopes: ['users:read'] },
    'users.invite': { email: 'new@x.test' },
    'users.updateName': { firstName: 'A', lastName: 'B' },
    'bulk.start': {
      action: { kind: 'role', role: 'admin' },
      selection: { kind: 'filter', filter: { role: 'staff' }, except: [] },
    },
  };

  /** Ids of things that are there, where the address names one. */
  async function fill(path: string, userId: string): Promise<string> {
    const ids: Record<string, () => Promise<string>> = {
      userId: async () => userId,
      tokenId: async () => 'a'.repeat(16),
      organizationId: async () => await anOrganization(),
      runId: async () => (await thingsToDecide(t)).runId,
      jobId: async () => (await thingsToDecide(t)).jobId,
      sweepId: async () => (await thingsToDecide(t)).sweepId,
      brakeId: async () => (await thingsToDecide(t)).brakeId,
      deliveryId: async () => (await deliveryRows(t))[0]?._id ?? '',
      invitationId: async () => await anInvitation(),
    };
    const [name = ''] = /(?<=\{)\w+(?=\})/.exec(path) ?? [];
    const make = ids[name];
    if (make === undefined && name !== '') throw new Error(`say what {${name}} is`);
    return path.replace(/\{\w+\}/, (await make?.()) ?? '');
  }

  async function anOrganization(): Promise<string> {
    await deliver(t, envelope('organization.created', rawOrganization('org_1')));
    return (await organizationRow(t, 'org_1'))._id;
  }

  async function anInvitation(): Promise<string> {
    const made = await as(t, 'boss').mutation(api.users.invite, { email: 'i@x.test' });
    return made._id;
  }

  async function bodyFor(procedure: string): Promise<object | undefined> {
    if (procedure !== 'credentials.store') return bodies[procedure];
    const fields = { api_token: 'secret-token', account_id: '7' };
    return { organizationId: await anOrganization(), service: 'chatwoot', fields };
  }
});
