import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startStack, type World } from '../support/stack-world';
import { rootDir } from '../support/steps';

let dataDir: string;
let world: World;

beforeAll(async () => {
  dataDir = mkdtempSync(path.join(tmpdir(), 'rollcall-stack-'));
  world = await startStack({ dataDir });
}, 120_000);
afterAll(async () => {
  await world?.stop();
  rmSync(dataDir, { recursive: true, force: true });
});

interface Ended {
  code: number | null;
  out: string;
}

/** Runs a script of package.json as a person would, with the settings in the environment. */
function run(script: string, args: string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, ['--import', 'tsx', script, ...args], {
    cwd: rootDir,
    env: { ...process.env, ROLLCALL_DATA_DIR: dataDir, ...world.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let out = '';
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (out += chunk.toString()));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, out })));
}

const rollcall = (...args: string[]) => run('cli/main.ts', args);

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

  it('listens on loopback only', () => {
    const urls = [world.webUrl, world.clerkUrl, world.convexUrl, world.convexSiteUrl];
    expect(urls.map((url) => new URL(url).hostname)).toEqual(urls.map(() => '127.0.0.1'));
  });

  it('refuses a second stack on its folder, and busy ports, each with the way out', async () => {
    const main = 'local/stack/main.ts';
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
    const { code, out } = await rollcall('doctor', '--json');
    const report = JSON.parse(out) as { findings: { id: string; state: string }[] };
    expect(report.findings.filter(({ state }) => state !== 'ok')).toEqual([]);
    expect(code).toBe(0);
  });

  it('F2: doctor names a webhook secret that Convex does not accept, and never a value', async () => {
    const wrong = 'whsec_d3Jvbmctd3Jvbmctd3Jvbmctd3Jvbmc=';
    const { code, out } = await run('cli/main.ts', ['doctor'], { CLERK_WEBHOOK_SECRET: wrong });
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
    await expect.poll(metadata, { timeout: 15_000 }).toEqual({ role: 'admin', team: 'north' });
  });

  it('refuses to demote the last active superadmin with a code and exit 1', async () => {
    const args = ['users', 'set-role', 'superadmin@rollcall.test', 'staff', '--json'];
    const { code, out } = await rollcall(...args);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ error: { code: 'LAST_OWNER' } });
  });
});

describe('a second start', () => {
  it('goes on with the same keys, people and roles', async () => {
    await expect
      .poll(async () => (await user('staff@rollcall.test')).push.state, { timeout: 15_000 })
      .toBe('synced');
    const before = world.env;
    await world.stop();
    world = await startStack({ dataDir });
    expect(world.env.CLERK_SECRET_KEY).toBe(before.CLERK_SECRET_KEY);
    expect(world.env.CONVEX_SELF_HOSTED_ADMIN_KEY).toBe(before.CONVEX_SELF_HOSTED_ADMIN_KEY);
    expect((await user('staff@rollcall.test')).role).toBe('admin');
    expect((await world.clerk.userByEmail('staff@rollcall.test')).public_metadata.role).toBe(
      'admin',
    );
  });
});
