import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { afterAll, describe, expect, it, onTestFinished, vi } from 'vitest';
import { pushApp } from '../fixtures/convex-servers/world';
import { startStack, type World } from '../support/stack-world';

/** How long the event loop of Convex may stand still here; a busy machine is not meant by it. */
const stallMs = 5_000;

describe('The data folder across starts', () => {
  const dataDir = mkdtempSync(path.join(tmpdir(), 'rollcall-restart-'));
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

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

  it('a second start has the same people, keys and sessions, and pushes nothing again', async () => {
    const first = await startStack({ dataDir });
    const made = await first.clerk.createUser({
      email: 'stays@rollcall.test',
      firstName: 'Sta',
      lastName: 'Ys',
      publicMetadata: { role: 'admin' },
    });
    await expect
      .poll(() => usersOf(first))
      .toContainEqual({
        email: 'stays@rollcall.test',
        role: 'admin',
      });
    const before = await usersOf(first);
    const keys = first.env;
    await first.stop();

    const second = await startStack({ dataDir });
    try {
      expect(await usersOf(second)).toEqual(before);
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
    } finally {
      await second.stop();
    }
  });

  it('an endless loop takes neither the stack nor anything committed with it', async () => {
    vi.stubEnv('ROLLCALL_STALL_MS', String(stallMs));
    onTestFinished(() => void vi.unstubAllEnvs());
    const world = await startStack({ dataDir });
    onTestFinished(() => world.stop());
    let failure: unknown;
    void world.failed.then((error) => (failure = error));
    const people = await usersOf(world);
    // Beside what the product has stored; its functions make room for some that loop.
    const { convexUrl, env } = world;
    await pushApp({ url: convexUrl, adminKey: env.CONVEX_SELF_HOSTED_ADMIN_KEY ?? '' });
    const client = new ConvexHttpClient(convexUrl);
    const counter = (name: string) =>
      client.query(makeFunctionReference<'query', { name: string }, number>('counters:get'), {
        name,
      });
    const increment = makeFunctionReference<'mutation'>('counters:increment');
    await client.mutation(increment, { name: 'stays' });

    // In a mutation: ended alone, within the same process.
    await expect(
      client.mutation(makeFunctionReference<'mutation'>('loops:neverReturns'), {}),
    ).rejects.toThrow(/timed out/);
    expect(await counter('never')).toBe(0);
    await client.mutation(increment, { name: 'stays' });
    const log = () => readFileSync(path.join(dataDir, 'logs', 'convex.log'), 'utf8');
    expect(log()).not.toContain('stood still');

    // In an action: with the process, which the stack starts again on the same ports.
    await client.action(makeFunctionReference<'action'>('loops:spinsOn'), {});
    await expect.poll(log, { timeout: 60_000 }).toMatch(/stood still.*loops:spinsOn/);
    await expect.poll(() => counter('stays').catch(() => undefined), { timeout: 60_000 }).toBe(2);
    await client.mutation(increment, { name: 'stays' });
    expect(await counter('stays')).toBe(3);
    expect((await fetch(world.webUrl)).status).toBe(200);
    expect(failure).toBeUndefined();

    // What the product had stored is there once its own functions are back.
    await world.push();
    expect(await usersOf(world)).toEqual(people);
  });
});
