import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startLocalConvex, type LocalConvex } from '../../start-local-convex';
import { FakeDeploy, FakeEngine, type FakeFunction } from './fake-engine';

export interface FakeConvex extends LocalConvex {
  engine: FakeEngine;
  deploy: FakeDeploy;
}

/** The real servers over the fake engine, in a folder that goes with them. */
export async function startFakeConvex(
  functions: Record<string, FakeFunction> = {},
): Promise<FakeConvex> {
  const dataDir = await mkdtemp(join(tmpdir(), 'convex-fake-'));
  const engine = new FakeEngine(functions);
  const deploy = new FakeDeploy();
  const convex = await startLocalConvex({
    dataDir,
    openEngine: async () => ({ engine, deploy, deployed: true }),
  });
  return {
    ...convex,
    engine,
    deploy,
    close: async () => {
      await convex.close();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
