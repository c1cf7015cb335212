import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { convexAdmin } from './convex-admin';
import type { CommandContext } from './context';
import { runProgram } from './program';
import { convexAccess, redactor, type Settings } from './settings';

const key = 'admin-key-0123456789';
const superadmin = {
  _id: 'j1',
  externalId: 'user_1',
  name: 'Sam Superadmin',
  email: 'superadmin@rollcall.test',
  role: 'superadmin',
  state: 'active',
  roleSource: 'clerk',
  roleRev: 0,
  push: { state: 'synced' },
  createdAt: 0,
  updatedAt: 0,
};

interface Call {
  kind: string;
  path: string;
  args: unknown;
  authorization: string | undefined;
}

/** A deployment that gives the prepared answers and remembers what it was asked. */
let server: Server;
let url: string;
let calls: Call[];
let answers: Record<string, unknown>;

beforeEach(async () => {
  calls = [];
  answers = {};
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = JSON.parse(Buffer.concat(chunks).toString()) as {
        path: string;
        args: [unknown];
      };
      const kind = request.url?.replace('/api/', '') ?? '';
      calls.push({
        kind,
        path: body.path,
        args: body.args[0],
        authorization: request.headers.authorization,
      });
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify(answers[body.path]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = typeof address === 'object' && address ? `http://127.0.0.1:${address.port}` : '';
});
afterEach(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
});

function success(value: unknown) {
  return { status: 'success', value, logLines: [] };
}

function refusal(code: string, message: string) {
  return { status: 'error', errorMessage: 'refused', errorData: { code, message }, logLines: [] };
}

async function run(argv: string[], values: Settings['values'] = {}) {
  const settings: Settings = {
    values: { CONVEX_URL: url, CONVEX_SELF_HOSTED_ADMIN_KEY: key, ...values },
    source: 'test',
  };
  const out: string[] = [];
  const errors: string[] = [];
  const redact = redactor(settings);
  const context: CommandContext = {
    settings,
    output: {
      json: (value) => void out.push(redact(JSON.stringify(value))),
      line: (text = '') => void out.push(redact(text)),
      error: (text) => void errors.push(redact(text)),
    },
    convex: () => convexAdmin(convexAccess(settings)),
  };
  const code = await runProgram(argv, () => context);
  return { code, out: out.join('\n'), errors: errors.join('\n') };
}

describe('the command line', () => {
  it('changes a role with the admin key and says where the push stands', async () => {
    const changed = { ...superadmin, role: 'admin', push: { state: 'pending' } };
    answers['admin:setRole'] = success(changed);
    const result = await run(['users', 'set-role', 'sam@x.test', 'admin']);
    expect(result).toEqual({
      code: 0,
      out: 'superadmin@rollcall.test is admin. On its way to Clerk: pending.',
      errors: '',
    });
    expect(calls).toEqual([
      {
        kind: 'mutation',
        path: 'admin:setRole',
        args: { idOrEmail: 'sam@x.test', role: 'admin' },
        authorization: `Convex ${key}`,
      },
    ]);
  });

  it.each([
    ['deactivate', 'deactivated', 'is deactivated: access is cut.'],
    ['reactivate', 'active', 'is active and may sign in.'],
  ])('D2: %s says what stands here and why Clerk is not there yet', async (name, state, text) => {
    const reason = 'Clerk is in trouble (503)';
    answers[`admin:${name}`] = success({
      ...superadmin,
      state,
      access: { state: 'pending', reason },
    });
    expect(await run(['users', name, 'user_1'])).toEqual({
      code: 0,
      out: `superadmin@rollcall.test ${text} On its way to Clerk: pending (${reason}).`,
      errors: '',
    });
    expect(calls).toMatchObject([
      { kind: 'mutation', path: `admin:${name}`, args: { idOrEmail: 'user_1' } },
    ]);
  });

  it('A7: asks for a sweep, says when it begins and how to decide about it', async () => {
    const held = { sweepId: 's1', state: 'held', people: 3, holdUntil: 1_000, restored: 0 };
    answers['adminSync:sweep'] = success(held);
    const asked = await run(['sweep', 'start', 'r1']);
    expect(asked).toMatchObject({ code: 0, errors: '' });
    expect(asked.out).toMatch(/^3 people will be deactivated from .* on.*\nSweep: s1$/);
    answers['adminSync:decideSweep'] = success({ state: 'restored', people: 3, restored: 3 });
    expect((await run(['sweep', 'restore', 's1'])).out).toBe('3 people got back what they had.');
    answers['adminSync:decideSweep'] = refusal('SECOND_CONFIRMATION', 'Somebody else has to.');
    expect((await run(['sweep', 'confirm', 's1'])).code).toBe(1);
    expect(calls.map(({ path, args }) => [path, args])).toEqual([
      ['adminSync:sweep', { runId: 'r1' }],
      ['adminSync:decideSweep', { sweepId: 's1', decision: 'restore' }],
      ['adminSync:decideSweep', { sweepId: 's1', decision: 'confirm' }],
    ]);
  });

  it('A11: sync user follows the run of one person to its end', async () => {
    const tally = { seen: 1, added: 0, updated: 1, unchanged: 0, failed: 0, removed: 0 };
    const none = { ...tally, seen: 0, updated: 0 };
    answers['adminSync:syncUser'] = success('r1');
    answers['adminSync:run'] = success({
      _id: 'r1',
      mode: 'apply',
      trigger: 'cli',
      status: 'completed',
      phase: 'done',
      actor: 'cli',
      startedAt: 0,
      finishedAt: 1_000,
      done: 1,
      total: 1,
      rate: 0,
      tallies: { users: tally, organizations: none, memberships: none },
      missing: 0,
      errorsKept: 0,
      changesKept: 0,
      warnings: [],
    });
    const result = await run(['sync', 'user', 'ann@x.test', '--json']);
    expect(result.code).toBe(0);
    expect(JSON.parse(result.out)).toMatchObject({ run: { tallies: { users: { updated: 1 } } } });
    expect(calls[0]).toMatchObject({
      path: 'adminSync:syncUser',
      args: { idOrEmail: 'ann@x.test' },
    });
  });

  it('rule 7: gives a refused deactivation as its code, with exit 1', async () => {
    answers['admin:deactivate'] = refusal('LAST_OWNER', 'This is the last active superadmin.');
    const result = await run(['users', 'deactivate', 'sam@x.test', '--json']);
    expect(result.code).toBe(1);
    expect(JSON.parse(result.out)).toMatchObject({ error: { code: 'LAST_OWNER' } });
  });

  it('refuses a role outside the vocabulary before any request', async () => {
    const result = await run(['users', 'set-role', 'sam@x.test', 'king']);
    expect(result.code).toBe(1);
    expect(calls).toEqual([]);
  });

  it.each([
    [['frobnicate', '--json']],
    [['users', '--json']],
    [['users', 'get', '--json']],
    [['users', 'set-role', 'a@x.test', 'emperor', '--json']],
    [['users', 'list', '--json', '--limit', 'abc']],
    [['status', '--json', '--nope']],
  ])('says what is wrong with %j as one JSON value', async (argv) => {
    const { code, out } = await run(argv);
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({
      error: { code: 'USAGE', wayOut: expect.stringContaining('--help') as unknown },
    });
    expect(calls).toEqual([]);
  });

  it('lets no name steer the terminal, hide its line or push the other columns away', async () => {
    const name = `\u001b]0;owned\u0007\u001b[2J\nroot\u202e${'A'.repeat(300)}`;
    const user = { ...superadmin, name, createdAt: Number.MAX_SAFE_INTEGER };
    answers['admin:listUsers'] = success({ users: [user], cursor: null });
    answers['admin:getUser'] = success(user);
    const list = await run(['users', 'list']);
    const one = await run(['users', 'get', 'user_1']);
    for (const text of [list.out, one.out]) {
      // oxlint-disable-next-line no-control-regex
      expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(text).not.toMatch(/^root/m);
    }
    for (const line of list.out.split('\n')) expect(line.length).toBeLessThan(200);
    expect(one.code).toBe(0);
  });

  it('prints coded refusals with the way out, and as JSON when asked', async () => {
    answers['admin:promote'] = refusal('USER_NOT_FOUND', 'There is no such user.');
    const text = await run(['promote', 'nobody@x.test']);
    expect(text.code).toBe(1);
    expect(text.errors).toMatch(/^USER_NOT_FOUND: There is no such user\.\n.*users list/);
    const json = await run(['promote', 'nobody@x.test', '--json']);
    expect(JSON.parse(json.out)).toMatchObject({ error: { code: 'USER_NOT_FOUND' } });
    expect(json.code).toBe(1);
  });

  it('lists people by page and says how to get the next one', async () => {
    answers['admin:listUsers'] = success({ users: [superadmin], cursor: 'c2' });
    const result = await run(['users', 'list', '--role', 'superadmin', '--limit', '1']);
    expect(result.out).toContain('Sam Superadmin');
    expect(result.out).toContain("--cursor 'c2'");
    expect(calls[0]?.args).toEqual({ role: 'superadmin', limit: 1 });
  });

  it.each(['0', '101', 'many'])('refuses --limit %s', async (limit) => {
    expect((await run(['users', 'list', '--limit', limit])).code).toBe(1);
    expect(calls).toEqual([]);
  });

  it('says which push is needed when the deployment answers something else', async () => {
    answers['admin:status'] = success({ surprise: true });
    const result = await run(['status']);
    expect(result.code).toBe(1);
    expect(result.errors).toMatch(
      /admin:status answered in an unexpected shape.*\n.*convex deploy/,
    );
  });

  it('says that Convex does not answer when it is down', async () => {
    const result = await run(['status', '--json'], { CONVEX_URL: 'http://127.0.0.1:9' });
    expect(JSON.parse(result.out)).toMatchObject({ error: { code: 'CONVEX_UNAVAILABLE' } });
    expect(result.code).toBe(1);
  });

  it('never prints a secret, even when the deployment sends one back', async () => {
    answers['admin:getUser'] = success({ ...superadmin, name: `leak ${key}` });
    const result = await run(['users', 'get', 'user_1', '--json']);
    expect(result.out).toContain('leak [secret]');
    expect(result.out).not.toContain(key);
  });
});

describe('F2: doctor', () => {
  it('works with everything down, names each thing and a remedy, and exits 1', async () => {
    const result = await run(['doctor', '--json'], {
      CONVEX_URL: 'http://127.0.0.1:9',
      CONVEX_SITE_URL: 'http://127.0.0.1:9',
      CLERK_API_URL: 'http://127.0.0.1:9',
      CLERK_FRONTEND_API_URL: 'http://127.0.0.1:9',
      ROLLCALL_URL: 'http://127.0.0.1:9',
      CLERK_SECRET_KEY: 'sk_test_0123456789abc',
      CLERK_WEBHOOK_SECRET: 'whsec_MDEyMzQ1Njc4OTAxMjM0NTY3ODk=',
      CLERK_PUBLISHABLE_KEY: 'pk_wrong',
    });
    const report = JSON.parse(result.out) as {
      ok: boolean;
      findings: { id: string; state: string; remedy?: string; guide?: string }[];
    };
    expect(result.code).toBe(1);
    expect(report.ok).toBe(false);
    const bad = report.findings.filter(({ state }) => state !== 'ok');
    expect(bad.every(({ remedy }) => remedy !== undefined && remedy !== '')).toBe(true);
    expect(bad.every(({ guide }) => guide?.startsWith('docs/guides/'))).toBe(true);
    expect(bad.map(({ id }) => id)).toEqual(
      expect.arrayContaining([
        'setting.CLERK_PUBLISHABLE_KEY',
        'clerk.key',
        'clerk.issuer',
        'webhook.web.signed',
        'webhook.convex.signed',
        'convex.reachable',
      ]),
    );
    expect(result.out).not.toContain('sk_test_0123456789abc');
    expect(result.out).not.toContain('whsec_MDEy');
  });
});
