import { Deployer, deploymentOf, type Deployment } from '../deploy/deployer';
import type { Env } from '../deploy/environment';
import { PushError } from '../deploy/push-error';
import { loadPush } from '../deploy/saved-push';
import { underSharedTimer } from '../functions/run-timer';
import { onUnhandledRejection } from '../functions/unhandled-rejections';
import type { Store, StoreOptions } from '../store/contract';
import { openStore } from '../store/open-store';
import type { Engine } from './contract';
import { CronRuns } from './crons';
import { loadEnv } from './environment-variables';
import { jobsBucket, type JobRow } from './job-changes';
import { LocalEngine } from './local-engine';

export interface EngineOptions {
  /** Made when absent; one process at a time. */
  dataDir: string;
  /** What functions see as `CONVEX_CLOUD_URL`. */
  url: string;
  /** What functions see as `CONVEX_SITE_URL`. */
  siteUrl: string;
  /** What `ctx.meta.getDeploymentMetadata()` tells. */
  deploymentName?: string;
  /** Unix ms; default `Date.now`. */
  nowMs?: () => number;
  /** For tests that let the file fail. */
  openFile?: StoreOptions['openFile'];
  /** For tests of what happens before the disk has it. */
  openWriter?: StoreOptions['openWriter'];
  /** As `StoreOptions` has it. */
  writerProgram?: StoreOptions['writerProgram'];
  /** As `StoreOptions` has it. */
  isQuiet?: StoreOptions['isQuiet'];
}

export interface OpenedEngine {
  engine: Engine;
  /** The logic of the official deploy API; errors of the developer are `PushError`s. */
  deploy: Deployer;
  /** A saved push was loaded. */
  deployed: boolean;
}

/** Opens the data folder and loads what was deployed last. Throws `StoreError` as `openStore`. */
export async function createEngine(options: EngineOptions): Promise<OpenedEngine> {
  const { dataDir, url, siteUrl, deploymentName = 'local', nowMs = Date.now } = options;
  const { openFile, openWriter, writerProgram, isQuiet } = options;
  const frame = underSharedTimer;
  const files = { folder: dataDir, openFile, openWriter, writerProgram };
  const store = openStore({ ...files, nowMs, frame, isQuiet });
  try {
    const platformEnv: Env = { CONVEX_CLOUD_URL: url, CONVEX_SITE_URL: siteUrl };
    const saved = await loadSaved(store, platformEnv);
    const stopReporting = onUnhandledRejection((reason) => {
      const text = reason instanceof Error ? reason.message : String(reason);
      process.stderr.write(`A function left a rejected promise unhandled: ${text}\n`);
    });
    const engine = new LocalEngine({
      store,
      platformEnv,
      deploymentName,
      nowMs,
      onClose: stopReporting,
      ...saved,
    });
    return { engine, deploy: engine.deployer, deployed: saved.deployment !== undefined };
  } catch (error) {
    await store.close();
    throw error;
  }
}

async function loadSaved(store: Store, platformEnv: Env) {
  const { value } = await store.read((tx) => ({
    env: loadEnv(tx),
    pushed: loadPush(tx),
    // Written by `JobChanges`.
    jobs: tx.system.scan(jobsBucket).map(({ value: row }) => row as unknown as JobRow),
    crons: tx.system.scan(CronRuns.bucket),
  }));
  const { env, pushed, jobs, crons } = value;
  let deployment: Deployment | undefined;
  if (pushed) {
    try {
      deployment = deploymentOf(pushed, { ...platformEnv, ...env });
    } catch (error) {
      // Saved by another version of this runtime: the next push mends it.
      if (!(error instanceof PushError)) throw error;
      process.stderr.write(`The saved push cannot be loaded: ${error.message} Push again.\n`);
    }
  }
  return { env, deployment, jobs, crons: new CronRuns(store, crons) };
}
