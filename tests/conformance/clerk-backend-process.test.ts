import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createClerkClient } from '@clerk/backend';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { ClerkReady } from '../../local/stack/services';
import type { Wire } from '../support/local-clerk-world';
import { createWebhookReceiver, verifySignature } from '../support/webhook-receiver';

const main = resolve(import.meta.dirname, '../../local/clerk/main.ts');

type Message = ClerkReady | { kind: 'failed'; message: string };

describe('the local Clerk as a process', () => {
  let dataDir: string;
  let children: ChildProcess[];
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'rollcall-clerk-process-'));
    children = [];
  });
  afterEach(async () => {
    for (const child of children) {
      if (child.exitCode === null && child.signalCode === null) {
        child.kill('SIGKILL');
        await once(child, 'exit');
      }
    }
    rmSync(dataDir, { recursive: true, force: true });
  });

  const start = async (env: Record<string, string> = {}) => {
    const child = fork(main, [], {
      execArgv: ['--import', 'tsx'],
      env: {
        ...process.env,
        CLERK_PORT: '0',
        CLERK_DATA_DIR: dataDir,
        CLERK_WEBHOOK_URLS: '',
        CLERK_RATE_LIMITS: 'off',
        ...env,
      },
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    });
    children.push(child);
    const [message] = (await once(child, 'message')) as [Message];
    return { child, message };
  };
  const ready = async (env: Record<string, string> = {}) => {
    const { child, message } = await start(env);
    if (message.kind !== 'ready') throw new Error(message.message);
    const sdk = createClerkClient({ secretKey: message.secretKey, apiUrl: message.url });
    return { child, message, sdk };
  };

  it('names a damaged database file and the way out', async () => {
    writeFileSync(join(dataDir, 'clerk.sqlite'), 'no database at all');
    const { message } = await start();
    if (message.kind !== 'failed') throw new Error('it started on a damaged file');
    expect(message.message).toContain(join(dataDir, 'clerk.sqlite'));
    expect(message.message).toContain('npm run reset');
  });

  it('announces its keys and the demo people, whose metadata names their roles', async () => {
    const { message, sdk } = await ready();
    expect(message.demo).toEqual(
      ['superadmin', 'admin', 'staff'].map((role) => ({
        email: `${role}@rollcall.test`,
        password: 'rollcall-demo',
        role,
      })),
    );
    expect(message.dashboardUrl).toBe(`${message.url}/dashboard`);
    expect(message.jwtKey).toContain('BEGIN PUBLIC KEY');
    for (const { email, password, role } of message.demo) {
      const { data } = await sdk.users.getUserList({ emailAddress: [email] });
      expect(data[0]?.publicMetadata).toEqual({ role });
      expect(await sdk.users.verifyPassword({ userId: data[0]?.id ?? '', password })).toEqual({
        verified: true,
      });
    }
    expect(statSync(join(dataDir, 'keys.json')).mode & 0o077).toBe(0);
  });

  it('survives kill -9: no person and no webhook is lost, keys stay, nobody is seeded twice', async () => {
    const receiver = await createWebhookReceiver();
    receiver.answer = () => ({ status: 500 });
    const before = await ready({ CLERK_WEBHOOK_URLS: receiver.url });
    const ids: string[] = [];
    for (let index = 0; index < 20; index += 1) {
      const user = await before.sdk.users.createUser({
        emailAddress: [`n${index}@example.com`],
        skipPasswordRequirement: true,
      });
      ids.push(user.id);
    }
    before.child.kill('SIGKILL');
    await once(before.child, 'exit');
    const failed = receiver.received.length;

    receiver.answer = () => ({ status: 200 });
    const after = await ready({ CLERK_WEBHOOK_URLS: receiver.url });
    expect(after.message.secretKey).toBe(before.message.secretKey);
    expect(await after.sdk.users.getCount()).toBe(20 + 3);
    await fetch(`${after.message.url}/_local/clock`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ advanceMs: 5 * 60_000 }),
    });
    await expect
      .poll(() => new Set(receiver.received.slice(failed).map(({ event }) => event.data.id)), {
        timeout: 30_000,
      })
      .toEqual(expect.objectContaining({ size: 23 }));
    const delivered = receiver.received.slice(failed);
    expect(delivered.map(({ event }) => event.data.id)).toEqual(expect.arrayContaining(ids));
    for (const message of delivered) verifySignature(after.message.webhookSecret, message);
    await receiver.close();
  });

  it('counts no attempt while the application beside it has not started yet', async () => {
    const late = await createWebhookReceiver();
    await late.close();
    const { message } = await ready({ CLERK_WEBHOOK_URLS: late.url });
    const receiver = await createWebhookReceiver(Number(new URL(late.url).port));
    expect(await receiver.wait(3)).toHaveLength(3);
    await expect
      .poll(async () => {
        const { deliveries } = await (await fetch(`${message.url}/_local/deliveries`)).json();
        return deliveries.map((entry: Wire) => [entry.status, entry.attempts.length]);
      })
      .toEqual(Array(3).fill(['delivered', 1]));
    await receiver.close();
  });

  it('names a busy port and the way out, and exits 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const { child, message } = await start({ CLERK_PORT: String(port) });
    expect(message.kind === 'failed' && message.message).toMatch(
      new RegExp(`Port ${port} is taken.*CLERK_PORT`),
    );
    expect(await exitCode(child)).toBe(1);
    other.close();
  });

  it.each([
    [{ CLERK_PORT: 'http' }, /CLERK_PORT is "http"/],
    [{ CLERK_WEBHOOK_URLS: 'localhost' }, /CLERK_WEBHOOK_URLS has "localhost"/],
    [{ CLERK_RATE_LIMITS: 'slow' }, /CLERK_RATE_LIMITS is "slow"/],
    [{ CLERK_DATA_DIR: '/dev/null/x' }, /cannot write to \/dev\/null\/x.*ROLLCALL_DATA_DIR/],
  ])('explains the bad setting %j', async (env, text) => {
    const { child, message } = await start(env as Record<string, string>);
    expect(message.kind === 'failed' && message.message).toMatch(text);
    expect(await exitCode(child)).toBe(1);
  });

  it('ends cleanly when its supervisor goes away, and on SIGTERM', async () => {
    const first = await ready();
    first.child.disconnect();
    expect(await exitCode(first.child)).toBe(0);
    const second = await ready();
    second.child.kill('SIGTERM');
    expect(await exitCode(second.child)).toBe(0);
  });
});

async function exitCode(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null) await once(child, 'exit');
  return child.exitCode;
}
