import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it, onTestFinished } from 'vitest';
import { setDeploymentEnv, spoilingProxy } from '../support/clerk-proxy';
import { type DoorAnswer, knock } from '../support/doors';
import { firstSyncOver } from '../support/hostile-world';
import { HttpSession } from '../support/http-session';
import { redeployWith } from '../support/redeploy';
import { doctorOf, rollcallProgram } from '../support/rollcall-command';
import { startStack, type World } from '../support/stack-world';
import { useWorld } from '../support/tries';
import { rootDir } from '../support/steps';

let dataDir: string;
let world: World;

async function start(): Promise<void> {
  dataDir = mkdtempSync(path.join(tmpdir(), 'rollcall-stack-'));
  world = await startStack({ dataDir });
  await firstSyncOver(world);
}
async function stop(): Promise<void> {
  await world?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}
useWorld(start, stop);

interface Ended {
  code: number | null;
  out: string;
}

/** What `npm run rollcall` runs; most calls below take the same as one file. */
const asPeopleDo = ['--import', 'tsx', 'cli/main.ts'];

/** Runs a program with the settings in the environment. */
function run(program: string[], args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, [...program, ...args], {
    cwd: rootDir,
    env: { ...process.env, ROLLCALL_DATA_DIR: dataDir, ...world.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })));
}

const rollcall = async (...args: string[]) => run([await rollcallProgram()], args);

interface UserJson {
  email: string;
  role: string;
  push: { state: string };
}

async function user(email: string): Promise<UserJson> {
  const { out } = await rollcall('users', 'get', email, '--json');
  return JSON.parse(out) as UserJson;
}

describe('the local stack', () => {
  it('has no warning, and gives each demo person the row and role of its Clerk metadata', async () => {
    expect(world.warnings).toEqual([]);
    for (const { email, role } of world.demo) expect((await user(email)).role).toBe(role);
  });

  it('writes every key for its owner alone, good for curl', async () => {
    const file = path.join(dataDir, 'env');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const values = parseEnv(readFileSync(file, 'utf8'));
    const response = await fetch(`${values.CLERK_API_URL}/v1/users?limit=1`, {
      headers: { authorization: `Bearer ${values.CLERK_SECRET_KEY}` },
    });
    expect(response.status).toBe(200);
    expect(values.ROLLCALL_URL).toBe(world.webUrl);
  });

  it('pain 20: listens on loopback only', () => {
    const urls = [world.webUrl, world.clerkUrl, world.convexUrl, world.convexSiteUrl];
    expect(urls.map((url) => new URL(url).hostname)).toEqual(urls.map(() => '127.0.0.1'));
  });

  it('refuses a second stack on its folder, and busy ports, each with the way out', async () => {
    const main = ['--import', 'tsx', 'local/stack/main.ts'];
    const same = await run(main, ['--local', '--data', dataDir]);
    expect(same).toMatchObject({ code: 1, out: expect.stringContaining('already runs on') });
    const other = mkdtempSync(path.join(tmpdir(), 'rollcall-busy-'));
    const port = new URL(world.webUrl).port;
    const busy = await run(main, ['--local', '--data', other], { PORT: port, CLERK_PORT: '0' });
    rmSync(other, { recursive: true, force: true });
    expect(busy.code).toBe(1);
    expect(busy.out).toContain(`${port} (the web app, PORT)`);
    expect(busy.out).toContain('npm start');
  });
});

describe('the command line against it', () => {
  it('F2: doctor finds everything in order', async () => {
    const { code, out } = await run(asPeopleDo, ['doctor', '--json']);
    const report = JSON.parse(out) as { findings: { id: string; state: string }[] };
    expect(report.findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(code).toBe(0);
  });

  it('F2: doctor names a webhook secret that Convex does not accept, and never a value', async () => {
    const wrong = 'whsec_d3Jvbmctd3Jvbmctd3Jvbmctd3Jvbmc=';
    const { code, out } = await run(asPeopleDo, ['doctor'], { CLERK_WEBHOOK_SECRET: wrong });
    expect(code).toBe(1);
    expect(out).toMatch(/PROBLEM {2}Signed test event is taken by Convex: .* answers 400/);
    expect(out).toContain('CLERK_WEBHOOK_SECRET of the Convex deployment differs');
    expect(out).not.toContain(wrong);
    expect(out).not.toContain(world.env.CLERK_SECRET_KEY);
  });

  it('C2: set-role reaches Clerk with every other key of the metadata untouched', async () => {
    const email = 'staff@rollcall.test';
    const { id } = await world.clerk.userByEmail(email);
    await world.clerk.mergeMetadata(id, { public_metadata: { team: 'north' } });
    const set = await rollcall('users', 'set-role', email, 'admin');
    expect(set).toMatchObject({ code: 0, out: expect.stringContaining(`${email} is admin.`) });
    const metadata = async () => (await world.clerk.userByEmail(email)).public_metadata;
    await expect.poll(metadata).toEqual({ role: 'admin', team: 'north' });
  });

  it('refuses to demote the last active superadmin with a code and exit 1', async () => {
    const args = ['users', 'set-role', 'superadmin@rollcall.test', 'staff', '--json'];
    const { code, out } = await rollcall(...args);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'LAST_OWNER' } });
  });
});

describe('E3: synchronisation from the command line', () => {
  interface Report {
    run: { _id: string; status: string; planHash?: string; tallies: { users: { added: number } } };
    changes: { change: string; name: string }[];
  }

  async function newcomer(email: string): Promise<void> {
    await world.clerk.webhooks('drop');
    await world.clerk.backend('POST', '/users', {
      email_address: [email],
      first_name: 'New',
      skip_password_requirement: true,
    });
    await world.clerk.webhooks('deliver');
  }

  it('plans without changing anything, does exactly the plan, and refuses it once the world moved', async () => {
    await newcomer('first@sync.test');
    const dry = await rollcall('sync', '--dry-run', '--email-domain', 'sync.test', '--json');
    const plan = JSON.parse(dry.out) as Report;
    expect(dry.code).toBe(0);
    expect(plan.run).toMatchObject({ status: 'completed', tallies: { users: { added: 1 } } });
    expect(plan.changes).toMatchObject([{ change: 'create' }]);
    expect((await rollcall('users', 'get', 'first@sync.test')).code).toBe(1);
    const hash = plan.run.planHash ?? '';
    await newcomer('second@sync.test');
    const domain = ['--email-domain', 'sync.test'];
    const moved = await rollcall('sync', '--apply', hash, ...domain, '--json');
    expect(moved.code).toBe(1);
    expect(moved.out).toContain('PLAN_CHANGED');
    const again = await rollcall('sync', '--dry-run', ...domain, '--json');
    const now = (JSON.parse(again.out) as Report).run.planHash ?? '';
    const applied = await rollcall('sync', '--apply', now, ...domain);
    expect(applied).toMatchObject({ code: 0, out: expect.stringMatching(/users +2 +2 +0 +0 +0/) });
    expect((await user('second@sync.test')).role).toBe('staff');
  });

  it('prints plain lines in a pipe, and lists what ran', async () => {
    const { code, out } = await rollcall('sync', '--only', 'users');
    expect(code).toBe(0);
    // oxlint-disable-next-line no-control-regex
    expect(out).not.toMatch(/\u001b/);
    expect(out).toMatch(/^done: \d+ of \d+$/m);
    const runs = await rollcall('sync', 'runs', '--json');
    const { items } = JSON.parse(runs.out) as { items: { status: string }[] };
    // This one, and the first of all, which began by itself.
    expect(items.length).toBeGreaterThanOrEqual(2);
    expect(items[0]?.status).toBe('completed');
  });

  it('exits 2 when single records failed, names each with its reason, and 0 once they are whole', async () => {
    const email = 'broken@partial.test';
    const { id } = await world.clerk.createUser({ email, firstName: 'Half', lastName: 'There' });
    const proxy = await spoilingProxy(world, ({ updated_at: at, ...person }) =>
      person.id === id ? person : { ...person, updated_at: at },
    );
    const partial = await rollcall('sync', '--only', 'users', '--json');
    const plain = await rollcall('sync', '--only', 'users');
    await proxy.close();
    expect(partial.code).toBe(2);
    const { run, errors } = JSON.parse(partial.out) as Report & { errors: unknown[] };
    expect(run).toMatchObject({ status: 'completed', tallies: { users: { failed: 1 } } });
    const reason = expect.stringContaining('no updated_at');
    expect(errors).toMatchObject([{ kind: 'users', externalId: id, reason }]);
    expect(plain).toMatchObject({ code: 2, out: expect.stringContaining(`failed: users ${id}`) });
    expect((await rollcall('sync', '--only', 'users')).code).toBe(0);
  });

  it('a broken instruction is refused before anything starts', async () => {
    const both = await rollcall('sync', '--dry-run', '--apply', 'x', '--json');
    expect(both.code).toBe(1);
    expect(JSON.parse(both.out)).toMatchObject({ error: { code: 'USAGE' } });
  });

  it('Ctrl-C cancels the run, and the command waits for its end', async () => {
    onTestFinished(async () => world.clerk.local('DELETE', '/faults'));
    // The run waits as Clerk tells it to, and is under way until somebody cancels it.
    await world.clerk.local('POST', '/faults', { status: 429, retryAfterS: 60, match: '/v1/' });
    const child = spawn(process.execPath, [...asPeopleDo, 'sync'], {
      cwd: rootDir,
      env: { ...process.env, ROLLCALL_DATA_DIR: dataDir, ...world.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let out = '';
    child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
    const ended = new Promise((resolve) => child.once('close', resolve));
    onTestFinished(() => void child.kill('SIGKILL'));
    await expect.poll(() => out).toMatch(/ of /);
    child.kill('SIGINT');
    expect(await ended).toBe(1);
    expect(out).toContain('cancelled');
  });
});

describe('E2, E8: machine doors', () => {
  const call = async (token: string, method: string, path: string, body?: object) => {
    const response = await fetch(`${world.webUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(body && { 'content-type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  it('a token made on the command line opens REST within its scopes, and closes when revoked', async () => {
    const whose = ['--as', 'superadmin@rollcall.test', '--name', 'robot', '--json'];
    const scopes = ['users:read', 'users:setRole', 'sync:read', 'sync:run'];
    const made = await rollcall('tokens', 'create', ...whose, '--scope', ...scopes);
    const { token, details } = JSON.parse(made.out) as {
      token: string;
      details: { tokenId: string };
    };
    const { id } = await world.clerk.userByEmail('admin@rollcall.test');
    const patched = await call(token, 'PATCH', `/api/admin/users/${id}`, { role: 'staff' });
    expect(patched).toMatchObject({ status: 200, body: { role: 'staff', roleSource: 'api' } });
    expect((await call(token, 'DELETE', `/api/v1/admin/users/${id}`)).status).toBe(403);
    const begun = await call(token, 'POST', '/api/v1/admin/clerk/sync', { mode: 'dryRun' });
    expect(begun.status).toBe(202);
    const log = `/api/v1/admin/clerk/sync-logs/${String(begun.body['runId'])}`;
    const status = async () => (await call(token, 'GET', log)).body['status'];
    await expect.poll(status).toBe('completed');
    const summary = await call(token, 'GET', '/api/v1/admin/clerk/database-summary');
    expect(summary.body).toMatchObject({ integrity: { complete: true, findings: [] } });
    expect((await call(token, 'POST', '/api/v1/admin/clerk/test-connection')).body['ok']).toBe(
      true,
    );
    const audit = await rollcall('audit', '--json', '--target', `user:${id}`);
    expect(audit.out).toContain(`token:${details.tokenId}`);
    expect((await rollcall('tokens', 'revoke', details.tokenId)).code).toBe(0);
    // The server still holds a JWT that is good for most of its minute.
    expect(await call(token, 'GET', '/api/v1/me')).toMatchObject({
      status: 401,
      body: { code: 'TOKEN_INVALID' },
    });
    await rollcall('users', 'set-role', 'admin@rollcall.test', 'admin');
  });

  it('serves the description of itself, and no request ends in a 500', async () => {
    const document = await (await fetch(`${world.webUrl}/api/openapi.json`)).json();
    expect(document).toMatchObject({ openapi: '3.1.0', servers: [{ url: world.webUrl }] });
    const odd = ['/api/v1/', '/api/v1/me/', '/api/v1/%ff', '/api/v1/me?x=%00', '/api/admin/users/'];
    for (const path of odd) {
      for (const method of ['GET', 'POST', 'PUT', 'DELETE']) {
        const headers = { authorization: 'Bearer rc_nothing', accept: 'application/json' };
        const { status } = await fetch(`${world.webUrl}${path}`, { method, headers });
        expect([400, 401, 404, 405]).toContain(status);
      }
    }
  });

  it('summary, audit --verify, deliveries, test-connection and a test event to any address', async () => {
    const summary = await rollcall('summary', '--json');
    expect(JSON.parse(summary.out)).toMatchObject({ integrity: { complete: true } });
    expect(await rollcall('audit', '--verify', '--json')).toMatchObject({
      code: 0,
      out: expect.stringContaining('"ok": true'),
    });
    expect((await rollcall('deliveries', '--limit', '1')).out).toContain('applied');
    expect((await rollcall('test-connection')).out).toContain('accepts the key');
    const url = `${world.convexSiteUrl}/clerk-users-webhook`;
    expect((await rollcall('webhook', 'send-test', url)).code).toBe(0);
    const wrong = ['--secret', 'whsec_d3Jvbmctd3Jvbmctd3Jvbmctd3Jvbmc='];
    expect(await rollcall('webhook', 'send-test', url, ...wrong)).toMatchObject({
      code: 1,
      out: expect.stringContaining('answered 400'),
    });
  });
});

describe('pain 13: Clerk has signed somebody in, and Convex does not take them', () => {
  /** The first HTML of a newly signed-in person. */
  async function firstPage(): Promise<DoorAnswer> {
    const who = await HttpSession.open(world, {
      email: 'staff@rollcall.test',
      password: 'rollcall-demo',
    });
    const cookie = await who.cookie();
    const headers = { accept: 'text/html', cookie, 'sec-fetch-dest': 'document' };
    return await knock(`${world.webUrl}/dashboard`, { headers });
  }

  it('a missing token template is said by code and name', async () => {
    await world.clerk.local('POST', '/faults', { status: 404, match: '/tokens/convex' });
    const { status, body } = await firstPage();
    await world.clerk.local('DELETE', '/faults');
    expect(status).toBe(503);
    expect(body).toContain('/docs/errors#NOT_CONFIGURED');
    expect(body).toContain('Clerk has no JWT template named');
  });

  it('F2: a deployment that trusts another Clerk is said by code, and doctor names the remedy', async () => {
    const other = 'https://other.clerk.accounts.dev';
    await redeployWith(world, { CLERK_FRONTEND_API_URL: other });
    const refused = await firstPage();
    const { code, findings } = await doctorOf(world);
    await setDeploymentEnv(world, { CLERK_FRONTEND_API_URL: world.clerkUrl });
    expect([refused.status, refused.headers.location]).toEqual([503, undefined]);
    expect(refused.body).toContain('/docs/errors#TOKEN_REFUSED');
    expect(code).toBe(1);
    expect(findings.find(({ id }) => id === 'convex.issuer')).toMatchObject({
      state: 'problem',
      detail: `Convex trusts ${other}, this Clerk issues as ${world.clerkUrl}`,
      remedy: expect.stringContaining('npx convex env set CLERK_FRONTEND_API_URL'),
    });
    expect((await firstPage()).status).toBe(200);
  });
});
