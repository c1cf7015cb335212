import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { knock } from '../support/doors';
import { HttpSession } from '../support/http-session';
import { pushBeside } from '../support/push-beside';
import { rollcall } from '../support/rollcall-command';
import { startStack, type World } from '../support/stack-world';
import { triesBefore } from '../support/tries';

/** Endless is endless: nothing else of Convex uses that much of the processor at a time. */
const stallMs = 2_000;
const waitMs = 60_000;

describe('The data folder across starts', () => {
  let dataDir = '';
  let running: World | undefined;
  afterAll(leave);

  /** Stops what runs, and removes the folder. */
  async function leave(): Promise<void> {
    await running?.stop();
    running = undefined;
    vi.unstubAllEnvs();
    if (dataDir !== '') rmSync(dataDir, { recursive: true, force: true });
  }

  async function usersOf(world: World): Promise<{ email?: string; role: string }[]> {
    const response = await fetch(`${world.convexUrl}/api/query`, {
      method: 'POST',
      headers: {
        authorization: `Convex ${world.env.CONVEX_SELF_HOSTED_ADMIN_KEY}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({ path: 'admin:listUsers', args: { limit: 50 }, format: 'json' }),
    });
    // As docs/contracts.md gives it.
    const { value } = (await response.json()) as {
      value: { users: { email?: string; role: string }[] };
    };
    return value.users.map(({ email, role }) => ({ email, role }));
  }

  const staffRoleInClerk = async (world: World) =>
    (await world.clerk.userByEmail('staff@rollcall.test')).public_metadata.role;

  it('a second start has the same people, roles and keys', async () => {
    await leave();
    dataDir = mkdtempSync(path.join(tmpdir(), 'rollcall-restart-'));
    const first = (running = await startStack({ dataDir }));
    const made = await first.clerk.createUser({
      email: 'stays@rollcall.test',
      firstName: 'Sta',
      lastName: 'Ys',
      publicMetadata: { role: 'admin' },
    });
    await expect
      .poll(() => usersOf(first), { timeout: waitMs })
      .toContainEqual({
        email: 'stays@rollcall.test',
        role: 'admin',
      });
    // Decided in Rollcall, and brought to Clerk.
    const set = await rollcall(first, 'users', 'set-role', 'staff@rollcall.test', 'admin');
    expect(set.code).toBe(0);
    await expect.poll(() => staffRoleInClerk(first), { timeout: waitMs }).toBe('admin');
    const before = await usersOf(first);
    const keys = first.env;
    await first.stop();

    vi.stubEnv('ROLLCALL_STALL_MS', String(stallMs));
    const second = (running = await startStack({ dataDir }));
    expect(await usersOf(second)).toEqual(before);
    expect(await staffRoleInClerk(second)).toBe('admin');
    expect((await second.clerk.userByEmail('stays@rollcall.test')).id).toBe(made.id);
    for (const name of [
      'CLERK_SECRET_KEY',
      'CLERK_WEBHOOK_SECRET',
      'CONVEX_SELF_HOSTED_ADMIN_KEY',
    ]) {
      expect(second.env[name]).toBe(keys[name]);
    }
    // 0600: it holds every key of the stack.
    expect(statSync(path.join(dataDir, 'env')).mode & 0o777).toBe(0o600);
  });

  it('an endless loop takes neither the stack nor anything committed with it, and signs nobody out', async (context) => {
    if (!running) throw new Error('The stack did not start.');
    const world = running;
    let failure: unknown;
    void world.failed.then((error) => (failure = error));
    await pushBeside(world, 'loops.ts');
    const who = await HttpSession.open(world, {
      email: 'superadmin@rollcall.test',
      password: 'rollcall-demo',
    });
    /** The first HTML of the page of all people, for whoever signed in before it all. */
    const page = async () => {
      const headers = { accept: 'text/html', cookie: await who.cookie() };
      const { status, body } = await knock(`${world.webUrl}/admin/users`, { headers });
      return { status, shows: body.includes('stays@rollcall.test') };
    };
    expect(await page()).toEqual({ status: 200, shows: true });
    const people = await usersOf(world);
    const stalls = () => {
      const log = readFileSync(path.join(dataDir, 'logs', 'convex.log'), 'utf8');
      return log.match(/stood still.*loops:inAction/g)?.length ?? 0;
    };
    const stallsBefore = stalls();
    const client = new ConvexHttpClient(world.convexUrl);

    // In a mutation, which has deleted everybody: ended alone, within the same process.
    const inMutation = makeFunctionReference<'mutation'>('loops:inMutation');
    await expect(client.mutation(inMutation, {})).rejects.toThrow(/timed out/);
    expect(await usersOf(world)).toEqual(people);
    expect(await page()).toEqual({ status: 200, shows: true });
    expect(stalls()).toBe(stallsBefore);

    // In an action: with the process, which the stack starts again on the same ports.
    const inAction = makeFunctionReference<'action'>('loops:inAction');
    await expect(client.action(inAction, {})).rejects.toThrow('fetch failed');
    await expect.poll(stalls, { timeout: waitMs }).toBe(stallsBefore + 1);
    const answers = () => usersOf(world).catch(() => undefined);
    await expect
      .poll(async () => failure ?? (await answers()), { timeout: waitMs })
      .toEqual(people);
    expect(await page()).toEqual({ status: 200, shows: true });
    // Clerk's webhooks find it again, too.
    const email = `after${triesBefore(context)}@rollcall.test`;
    await world.clerk.createUser({ email, firstName: 'Af', lastName: 'Ter' });
    await expect
      .poll(() => usersOf(world), { timeout: waitMs })
      .toContainEqual({ email, role: 'staff' });
    expect(failure).toBeUndefined();
  });
});
