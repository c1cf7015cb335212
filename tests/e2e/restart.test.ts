import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { startStack, type World } from '../support/stack-world';

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
});
