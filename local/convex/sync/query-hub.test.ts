import { expect, it, onTestFinished } from 'vitest';
import type { Json } from '../engine/contract';
import { FunctionCalls } from '../http/function-calls';
import { FunctionLogs } from '../http/function-logs';
import { FakeDeploy, FakeEngine } from '../http/testing/fake-engine';
import { QueryHub } from './query-hub';

it('holds no commits that no run under way needs, though runs overlap without a pause', async () => {
  const gates = new Map<Json | undefined, () => void>();
  const engine = new FakeEngine({
    slow: {
      kind: 'query',
      handler: async ({ get }, { n }) => {
        const value = get(n);
        await new Promise<void>((resolve) => gates.set(n, resolve));
        return value;
      },
    },
  });
  const deploy = new FakeDeploy();
  const system = { engine, deploy, url: '', siteUrl: '' };
  const hub = new QueryHub(engine, new FunctionCalls(engine, system, new FunctionLogs()));
  onTestFinished(() => hub.close());
  const start = (n: number) => {
    const target = { path: 'slow', componentPath: '', args: { n } };
    const query = hub.subscribe({ ...target, identity: { kind: 'none' } }, null, () => undefined);
    return { query, done: hub.refresh(query) };
  };
  const started = async (n: number): Promise<() => void> => {
    for (;;) {
      const open = gates.get(n);
      if (open) return open;
      await new Promise(setImmediate);
    }
  };

  const held: number[] = [];
  let run = start(0);
  for (let n = 0; n < 20; n += 1) {
    const open = await started(n);
    const next = start(n + 1);
    // Heard while both are under way.
    engine.put({ other: n });
    await new Promise(setImmediate);
    open();
    await run.done;
    held.push(hub.heardCommits);
    run = next;
  }
  expect(Math.max(...held)).toBeLessThanOrEqual(2);
  (await started(20))();
  await run.done;
  expect(hub.heardCommits).toBe(0);
});
