import { deploymentOf } from '../../local/convex/deploy/deployer';
import { loadPush } from '../../local/convex/deploy/saved-push';
import { CronRuns } from '../../local/convex/engine/crons';
import { LocalEngine } from '../../local/convex/engine/local-engine';
import { underSharedTimer } from '../../local/convex/functions/run-timer';
import type { SchemaJson, Store } from '../../local/convex/store/contract';
import { DatabaseFile } from '../../local/convex/store/database-file';
import { openStore } from '../../local/convex/store/open-store';
import { FunctionWorld } from '../fixtures/convex-app/world';

/**
 * The engine over a store that the test holds, too: it may change schemas between two calls, which
 * no official client can.
 */
export interface OpenedPush {
  engine: LocalEngine;
  store: Store;
  /** Empties the namespaces and gives them these schemas. */
  reset: (schemas: Record<string, SchemaJson | null>) => Promise<void>;
  close: () => Promise<void>;
}

/** Waits for no disk: thousands of small commits whose folder goes with the test. */
class UnsyncedFile extends DatabaseFile {
  constructor(folder: string) {
    super(folder);
    this.exec('PRAGMA synchronous = OFF');
  }
}

/** @param app names the fixture folder `convex-<app>`, pushed by the official command line. */
export async function openPushedApp(app: string): Promise<OpenedPush> {
  const world = await FunctionWorld.start({ app });
  const store = openStore({
    folder: await world.giveDataDir(),
    frame: underSharedTimer,
    openFile: (folder) => new UnsyncedFile(folder),
  });
  const { value: pushed } = await store.read((tx) => loadPush(tx));
  if (!pushed) throw new Error('The fixture was not pushed.');
  const platformEnv = { CONVEX_CLOUD_URL: 'http://127.0.0.1', CONVEX_SITE_URL: 'http://127.0.0.1' };
  const engine = new LocalEngine({
    store,
    env: {},
    platformEnv,
    deployment: deploymentOf(pushed, platformEnv),
    jobs: [],
    crons: new CronRuns(store, []),
    deploymentName: 'test',
    nowMs: Date.now,
    onClose: () => {},
  });
  return {
    engine,
    store,
    reset: async (schemas) => {
      await store.write((tx) => {
        for (const [namespace, schema] of Object.entries(schemas)) {
          tx.dropNamespace(namespace);
          tx.applySchema(namespace, schema);
        }
      });
    },
    close: async () => {
      await engine.close();
      await world.stop();
    },
  };
}
