/** The local Convex under the stack's own supervisor, with functions that never end. */
import { ConvexHttpClient } from 'convex/browser';
import { makeFunctionReference } from 'convex/server';
import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it, onTestFinished, vi } from 'vitest';
import { temporaryFolder } from '../../local/convex/store/test-store';
import { Children } from '../../local/stack/children';
import { claimPorts } from '../../local/stack/ports';
import { startConvex, type ServiceContext } from '../../local/stack/services';
import { readSettings } from '../../local/stack/settings';
import { pushApp } from '../fixtures/convex-servers/world';

/** How long the event loop may stand still here; a busy machine is not meant by it. */
const stallMs = 5_000;
const waitMs = 60_000;

const mutation = (name: string) => makeFunctionReference<'mutation'>(name);

it('an endless loop takes nothing committed with it, and the supervisor starts Convex again', async () => {
  vi.stubEnv('ROLLCALL_STALL_MS', String(stallMs));
  onTestFinished(() => void vi.unstubAllEnvs());
  const dataDir = temporaryFolder();
  const logDir = path.join(dataDir, 'logs');
  mkdirSync(logDir);
  const anyPort = { PORT: '0', CONVEX_PORT: '0', CONVEX_SITE_PORT: '0', CLERK_PORT: '0' };
  const settings = readSettings(['--data', dataDir], anyPort);
  if (settings === 'help') throw new Error('unreachable: no --help was given');
  const children = new Children(logDir);
  onTestFinished(() => children.stop());
  let failure: unknown;
  void children.failed.then((error) => (failure = error));
  const ports = await claimPorts(settings.ports);
  const onChild: ServiceContext['onChild'] = (child) => children.add(child);
  const context: ServiceContext = { settings, ports, logDir, onChild };
  let restarts = 0;
  children.onRestart(async () => {
    await startConvex({ ...context, isRestart: true });
    restarts += 1;
  });
  const convex = await startConvex(context);
  await pushApp(convex);
  const client = new ConvexHttpClient(convex.url);
  const counter = (name: string) =>
    client.query(makeFunctionReference<'query', { name: string }, number>('counters:get'), {
      name,
    });
  await client.mutation(mutation('counters:increment'), { name: 'stays' });

  // In a mutation: ended alone, within the same process.
  await expect(client.mutation(mutation('loops:neverReturns'), {})).rejects.toThrow(/timed out/);
  expect(await counter('never')).toBe(0);
  await client.mutation(mutation('counters:increment'), { name: 'stays' });
  expect(restarts).toBe(0);

  // In an action, after an await: with the process, which is started again on the same ports.
  await client.action(makeFunctionReference<'action'>('loops:spinsOn'), {});
  await expect.poll(() => failure ?? restarts, { timeout: waitMs }).toBe(1);
  expect(readFileSync(path.join(logDir, 'convex.log'), 'utf8')).toMatch(
    /stood still.*loops:spinsOn/,
  );
  expect(await counter('stays')).toBe(2);
  await client.mutation(mutation('counters:increment'), { name: 'stays' });
  expect(await counter('stays')).toBe(3);
  expect(failure).toBeUndefined();
});
