import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startProcess, type Started } from '../fixtures/convex-servers/world';

let folder: string;
let started: Started[];
let blocker: Server | undefined;
const start = async (env: Record<string, string> = {}) => {
  const process = await startProcess({ CONVEX_DATA_DIR: folder, ...env });
  started.push(process);
  return process;
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'convex-main-'));
  started = [];
});
afterEach(async () => {
  for (const process of started) await process.kill();
  blocker?.close();
  blocker = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function takePort(): Promise<string> {
  blocker = createServer();
  await new Promise<void>((resolve) => blocker?.listen(0, '127.0.0.1', resolve));
  return String((blocker.address() as AddressInfo).port);
}

describe('the local Convex process', () => {
  it('says ready with its addresses and key, serves on loopback, and ends on SIGTERM with 0', async () => {
    const { ready, stop } = await start();
    expect(ready).toMatchObject({ kind: 'ready', deployed: false });
    for (const url of [ready.url, ready.siteUrl])
      expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    const name = await (await fetch(`${ready.url}/instance_name`)).text();
    expect(ready.adminKey.startsWith(`${name}|`)).toBe(true);
    expect(await stop()).toBe(0);
  });

  it('keeps its admin key over restarts', async () => {
    const first = await start();
    await first.stop();
    expect((await start()).ready.adminKey).toBe(first.ready.adminKey);
  });

  it('ends when its parent closes the channel', async () => {
    const { child } = await start();
    const exited = new Promise((resolve) => child.once('exit', resolve));
    child.disconnect();
    expect(await exited).toBe(0);
  });

  it.each(['CONVEX_PORT', 'CONVEX_SITE_PORT'])('names a busy port and %s', async (variable) => {
    const port = await takePort();
    const message = new RegExp(`Port ${port} is taken.*lsof.*${variable}=`);
    await expect(start({ [variable]: port })).rejects.toThrow(message);
  });

  it('names every setting that makes no sense', async () => {
    const settings = { CONVEX_PORT: 'x', CONVEX_SITE_PORT: '70000' };
    await expect(start(settings)).rejects.toThrow(/CONVEX_PORT must be.*CONVEX_SITE_PORT must be/);
  });

  it('says so when another process has the data folder', async () => {
    await start();
    await expect(start()).rejects.toThrow(/in use by another process/);
  });

  it('says so when the data folder cannot be made', async () => {
    const file = join(folder, 'file');
    await writeFile(file, '');
    await expect(start({ CONVEX_DATA_DIR: join(file, 'data') })).rejects.toThrow(
      /Make the data folder writable, or use another one/,
    );
  });
});
