import { spawnSync, type SpawnSyncReturns } from 'node:child_process';
import { mkdtempSync, rmSync, mkdirSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import superjson from 'superjson';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  errorBody,
  errorCodes,
  type ErrorBody,
  type ErrorCode,
} from '../../src/shared/error-codes';

/**
 * The production build of the web app, asked directly, in front of a Clerk and a Convex that answer
 * what a test tells them to: guards, CSRF, error mapping and tokens as they are shipped.
 */

const root = fileURLToPath(new URL('../..', import.meta.url));
const origin = 'http://rollcall.test';
const publishableKey = `pk_test_${Buffer.from('happy-stub-42.clerk.accounts.dev$').toString('base64').replace(/=+$/, '')}`;
const keys = await generateKeyPair('RS256');

interface Server {
  default: { fetch(request: Request): Promise<Response> };
}

let outDir: string;
let app: Server['default'];
let clerk: http.Server;
let convex: http.Server;

/** What Convex answers to `path`; a body of ours makes the function throw it. */
let convexAnswer: (path: string) => { value: unknown } | { error: ErrorBody } | 'crash' | 'hang up';
const mintedFor: string[] = [];
const convexTokens: string[] = [];

async function token(claims: Record<string, unknown>, expiresInS = 60): Promise<string> {
  const nowS = Math.floor(Date.now() / 1000);
  return new SignJWT({
    iss: clerkUrl(),
    iat: nowS,
    nbf: nowS - 5,
    exp: nowS + expiresInS,
    ...claims,
  })
    .setProtectedHeader({ alg: 'RS256', typ: 'JWT', kid: 'ins_test', cat: 'cl_B7d4PD111AAA' })
    .sign(keys.privateKey);
}

const sessionToken = (sessionId: string) =>
  token({ sub: 'user_1', sid: sessionId, sts: 'active', v: 2, fva: [0, -1], azp: origin });

function urlOf(server: http.Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}
const clerkUrl = () => urlOf(clerk);

async function listen(handler: http.RequestListener): Promise<http.Server> {
  const server = http.createServer(handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

async function answerAsClerk(request: http.IncomingMessage, response: http.ServerResponse) {
  const session = /^\/v1\/sessions\/([^/]+)\/tokens\/convex$/.exec(request.url ?? '')?.[1];
  if (!session)
    return response.writeHead(404, { 'content-type': 'application/json' }).end('{"errors":[]}');
  mintedFor.push(session);
  const jwt = await token({ sub: 'user_1', aud: 'convex', of: session });
  response.writeHead(200, { 'content-type': 'application/json' });
  return response.end(JSON.stringify({ object: 'token', jwt }));
}

async function answerAsConvex(request: http.IncomingMessage, response: http.ServerResponse) {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  convexTokens.push(request.headers.authorization ?? '');
  const { path: name } = JSON.parse(text) as { path: string };
  const answer = convexAnswer(name);
  if (answer === 'hang up') return request.socket.destroy();
  const json = (status: number, body: object) =>
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  if (answer === 'crash')
    return json(560, { status: 'error', errorMessage: 'Server Error: sk_test_secret' });
  if ('value' in answer) return json(200, { status: 'success', value: answer.value, logLines: [] });
  const { error } = answer;
  return json(560, {
    status: 'error',
    errorMessage: error.message,
    errorData: error,
    logLines: [],
  });
}

function build(): SpawnSyncReturns<string> {
  return spawnSync(
    process.execPath,
    ['node_modules/vite/bin/vite.js', 'build', '--outDir', outDir],
    {
      cwd: root,
      encoding: 'utf8',
      env: { ...process.env, NODE_ENV: 'production' },
    },
  );
}

beforeAll(async () => {
  clerk = await listen((request, response) => void answerAsClerk(request, response));
  convex = await listen((request, response) => void answerAsConvex(request, response));
  // Inside the checkout, so that the server finds its packages.
  const cache = path.join(root, 'node_modules', '.cache');
  mkdirSync(cache, { recursive: true });
  outDir = mkdtempSync(path.join(cache, 'rollcall-web-'));
  const built = build();
  if (built.status !== 0) throw new Error(`the web app does not build: ${built.stderr}`);
  Object.assign(process.env, {
    CLERK_PUBLISHABLE_KEY: publishableKey,
    CLERK_SECRET_KEY: 'sk_test_integration',
    CLERK_PROXY_URL: clerkUrl(),
    CLERK_API_URL: clerkUrl(),
    CLERK_JS_URL: `${clerkUrl()}/clerk.js`,
    CLERK_UI_URL: `${clerkUrl()}/ui.js`,
    CLERK_JWT_KEY: await exportSPKI(keys.publicKey),
    CLERK_TELEMETRY_DISABLED: '1',
    CLERK_KEYLESS_DISABLED: '1',
    CONVEX_URL: urlOf(convex),
    CONVEX_SITE_URL: urlOf(convex),
    LOG_LEVEL: 'silent',
  });
  const entry = pathToFileURL(path.join(outDir, 'server', 'server.js')).href;
  app = ((await import(/* @vite-ignore */ entry)) as Server).default;
}, 120_000);

afterAll(() => {
  for (const server of [clerk, convex]) {
    server.closeAllConnections();
    server.close();
  }
  rmSync(outDir, { recursive: true, force: true });
});

const userId = 'k57abcdefghjkmnpqrstvwxyz01234567';

interface CommandOptions {
  input?: unknown;
  session?: string;
  headers?: Record<string, string>;
}

async function command(name: string, options: CommandOptions = {}) {
  const { input = { userId, role: 'admin' }, session = 'sess_1', headers } = options;
  const bearer = await sessionToken(session);
  const response = await app.fetch(
    new Request(`${origin}/api/trpc/${name}`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${bearer}`,
        ...headers,
      },
      body: JSON.stringify(superjson.serialize(input)),
    }),
  );
  const answer = (await response.json()) as { error?: { json: { data: { error: ErrorBody } } } };
  return { response, error: answer.error?.json.data.error, text: JSON.stringify(answer) };
}

function byCookie(pathname: string, headers: Record<string, string>) {
  return app.fetch(
    new Request(`${origin}${pathname}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(superjson.serialize({ userId, role: 'admin' })),
    }),
  );
}

describe('cross-site requests', () => {
  it.each([
    ['by fetch metadata', { 'sec-fetch-site': 'cross-site' }],
    ['from a sibling site', { 'sec-fetch-site': 'same-site' }],
    ['by origin', { origin: 'https://evil.example' }],
    ['from a sandboxed frame', { origin: 'null' }],
    ['by referrer', { referer: 'https://evil.example/page' }],
    ['without any sign of where from', {}],
  ])('refuses a command of a foreign page: %s', async (_name, headers) => {
    const response = await byCookie('/api/trpc/users.setRole', headers);
    expect(response.status).toBe(403);
    expect(await response.json()).toMatchObject({ code: 'FORBIDDEN' });
  });

  it.each<Record<string, string>>([{ 'sec-fetch-site': 'same-origin' }, { origin }])(
    'lets our own pages through to the sign-in check: %o',
    async (headers) => {
      const response = await byCookie('/api/trpc/users.setRole', headers);
      expect(response.status).toBe(401);
    },
  );

  it('exempts the webhook, which Svix signs', async () => {
    convexAnswer = () => ({ value: null });
    const response = await byCookie('/api/webhooks/clerk', { 'sec-fetch-site': 'cross-site' });
    expect(response.status).toBe(200);
  });
});

describe('commands', () => {
  it.each(Object.keys(errorCodes) as ErrorCode[])(
    'answers %s of Convex with its status and its body',
    async (code) => {
      const thrown = errorBody(code, { field: 'role', retryAfterMs: 1_500 });
      convexAnswer = () => ({ error: thrown });
      const { response, error } = await command('users.setRole');
      expect(response.status).toBe(errorCodes[code].status);
      expect(error).toEqual(thrown);
      expect(response.headers.get('retry-after')).toBe('2');
    },
  );

  it('says nothing about a failure nobody expected', async () => {
    convexAnswer = () => 'crash';
    const { response, error, text } = await command('users.setRole');
    expect(response.status).toBe(500);
    expect(error).toEqual(errorBody('INTERNAL'));
    expect(text).not.toContain('sk_test');
  });

  it('says that the database is away when it hangs up', async () => {
    convexAnswer = () => 'hang up';
    const { response, error } = await command('users.retryPush', { input: { userId } });
    expect(response.status).toBe(502);
    expect(error?.code).toBe('CONVEX_UNAVAILABLE');
  });

  it.each([
    ['a malformed id', { userId: '../x', role: 'admin' }, 'INVALID_INPUT', 'userId'],
    ['no id', { role: 'admin' }, 'INVALID_INPUT', 'userId'],
    ['an unknown role', { userId, role: 'emperor' }, 'UNKNOWN_ROLE', 'role'],
    ['a field too many', { userId, role: 'admin', force: true }, 'INVALID_INPUT', undefined],
  ])('refuses %s before Convex hears of it', async (_name, input, code, field) => {
    convexAnswer = () => ({ value: null });
    const before = convexTokens.length;
    const { response, error } = await command('users.setRole', { input });
    expect(response.status).toBe(400);
    expect(error).toMatchObject({ code, ...(field && { field }) });
    expect(convexTokens).toHaveLength(before);
  });

  it('acts with the caller’s own token, asked from Clerk once per session', async () => {
    convexAnswer = () => ({ value: { name: 'Ada' } });
    mintedFor.length = 0;
    convexTokens.length = 0;
    for (const session of ['sess_a', 'sess_b', 'sess_a', 'sess_b', 'sess_a']) {
      expect((await command('users.setRole', { session })).response.status).toBe(200);
    }
    expect(mintedFor).toEqual(['sess_a', 'sess_b']);
    const [first, second, third] = convexTokens;
    expect(first).toMatch(/^Bearer ey/);
    expect(second).not.toBe(first);
    expect(third).toBe(first);
  });

  it('refuses an expired session', async () => {
    const expired = await token({ sub: 'user_1', sid: 'sess_x', sts: 'active', v: 2 }, -60);
    const { response } = await command('users.setRole', {
      headers: { authorization: `Bearer ${expired}` },
    });
    expect(response.status).toBe(401);
  });

  it('refuses commands larger than any command is', async () => {
    const headers = { 'content-length': '70000' };
    const response = await app.fetch(
      new Request(`${origin}/api/trpc/users.setRole`, {
        method: 'POST',
        headers: { ...headers, origin },
        body: 'x'.repeat(70_000),
      }),
    );
    expect(response.status).toBe(413);
  });
});

describe('pages for people who are not signed in', () => {
  // What a browser has once Clerk told it that nobody is signed in.
  const cookie = '__clerk_db_jwt=dvb_1; __client_uat=0';
  const page = (pathname: string, headers: Record<string, string> = { cookie }) =>
    app.fetch(
      new Request(`${origin}${pathname}`, { headers: { accept: 'text/html', ...headers } }),
    );

  it.each(['/dashboard', '/dashboard/users', '/admin/users?q=ada&role=staff'])(
    'sends %s to the sign-in page and keeps the target',
    async (pathname) => {
      const response = await page(pathname);
      const location = new URL(response.headers.get('location') ?? '', origin);
      expect(response.status).toBe(307);
      expect(location.pathname).toBe('/sign-in');
      expect(location.searchParams.get('redirect_url')).toBe(pathname);
    },
  );

  it('asks Clerk on the very first visit, and comes back to the same address', async () => {
    const response = await page('/dashboard', {});
    const location = new URL(response.headers.get('location') ?? '', origin);
    expect(location.href).toContain(`${clerkUrl()}/v1/client/handshake`);
    expect(location.searchParams.get('redirect_url')).toBe(`${origin}/dashboard`);
  });

  it('guards every answer with security headers', async () => {
    const response = await page('/sign-in');
    expect(response.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('referrer-policy')).toBeTruthy();
  });
});

describe('what is written down', () => {
  it('keeps no query string of an answered request: it can hold a handshake token or a name', async () => {
    const request = new Request(`${origin}/sign-in?__clerk_db_jwt=dvb_secret&q=ada`, {
      headers: { accept: 'text/html', cookie: '__clerk_db_jwt=dvb_1; __client_uat=0' },
    });
    await app.fetch(request);
    expect(request.url).toBe(`${origin}/sign-in`);
  });
});

describe('when Clerk’s session cannot even be read', () => {
  const dashboard = (search: string, cookie: string) =>
    app.fetch(
      new Request(`${origin}/dashboard${search}`, { headers: { accept: 'text/html', cookie } }),
    );

  it('asks again without a handshake that does not verify', async () => {
    const response = await dashboard('?__clerk_handshake=not.a.token', '__clerk_db_jwt=dvb_1');
    expect(response.status).toBe(307);
    expect(response.headers.get('location')).toBe('/dashboard');
  });

  it('shows a page with a code instead of a stack when that did not help', async () => {
    const cookie = '__clerk_db_jwt=dvb_1; __rollcall_handshake=1';
    const response = await dashboard('?__clerk_handshake=not.a.token', cookie);
    const html = await response.text();
    expect(response.headers.get('content-type')).toContain('text/html');
    expect(html).toContain('NOT_CONFIGURED');
    expect(html).not.toMatch(/\bat .*\.js|node_modules/);
  });
});

describe('starting', () => {
  it('B9: stops with every missing name at once', () => {
    const started = spawnSync(process.execPath, [path.join(outDir, 'server', 'server.js')], {
      encoding: 'utf8',
      cwd: root,
      env: { PATH: process.env['PATH'], NODE_ENV: 'production' },
    });
    expect(started.status).toBe(1);
    for (const name of [
      'CLERK_PUBLISHABLE_KEY',
      'CLERK_SECRET_KEY',
      'CONVEX_URL',
      'CONVEX_SITE_URL',
    ]) {
      expect(started.stderr).toContain(`${name}: missing`);
    }
  });
});
