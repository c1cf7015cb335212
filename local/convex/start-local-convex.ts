import type { Server } from 'node:http';
import { Bearers } from './auth/bearer';
import { TokenVerifier } from './auth/token-verifier';
import type { Engine } from './engine/contract';
import type { ServerContext } from './http/context';
import { FunctionCalls } from './http/function-calls';
import { FunctionLogs } from './http/function-logs';
import { holdRequests, type Listeners } from './http/early-requests';
import { closeGently, listen } from './http/listen';
import { RequestsUnderWay } from './http/requests-under-way';
import { apiListener, newHttpServer, siteListener } from './http/servers';
import { loadInstanceKeys } from './keys/instance-keys';
import { openEngine, type OpenEngine } from './open-engine';
import { CronLoop } from './scheduler/cron-loop';
import { JobLoop } from './scheduler/job-loop';
import { QueryHub } from './sync/query-hub';
import { SyncServer } from './sync/sync-server';

export interface LocalConvexOptions {
  /** Made when absent; holds everything. */
  dataDir: string;
  /** API port; 0 (default) is any free one. */
  port?: number;
  /** Port of the HTTP actions; 0 (default) is any free one. */
  sitePort?: number;
  /** Program of the thread that writes; without it, everything runs in this one. */
  writerProgram?: URL | undefined;
  /** For tests of the servers alone. */
  openEngine?: OpenEngine;
}

export interface LocalConvex {
  url: string;
  siteUrl: string;
  adminKey: string;
  instanceName: string;
  /** A saved push was loaded. */
  deployed: boolean;
  engine: Engine;
  close(): Promise<void>;
}

/** How long requests and scheduled functions under way may take to end at shutdown. */
const graceMs = 3_000;

/**
 * Starts the whole runtime in this process. Ports are claimed before the data is touched, so that
 * a second start fails without having done anything.
 */
export async function startLocalConvex(options: LocalConvexOptions): Promise<LocalConvex> {
  const api = newHttpServer();
  const site = newHttpServer();
  const [serveApi, serveSite] = [holdRequests(api), holdRequests(site)];
  try {
    const url = await listen(api, { port: options.port ?? 0, variable: 'CONVEX_PORT' });
    const siteUrl = await listen(site, {
      port: options.sitePort ?? 0,
      variable: 'CONVEX_SITE_PORT',
    });
    return await serve({ api, site, serveApi, serveSite, url, siteUrl, options });
  } catch (error) {
    for (const server of [api, site]) {
      server.close();
      server.closeAllConnections();
    }
    throw error;
  }
}

interface Listening {
  api: Server;
  site: Server;
  serveApi: (listeners: Listeners) => void;
  serveSite: (listeners: Listeners) => void;
  url: string;
  siteUrl: string;
  options: LocalConvexOptions;
}

async function serve(listening: Listening): Promise<LocalConvex> {
  const { api, site, url, siteUrl, options } = listening;
  const { dataDir, writerProgram } = options;
  const open = options.openEngine ?? openEngine;
  const underWay = new RequestsUnderWay([api, site]);
  const isQuiet = () => underWay.count <= 1;
  const opened = await open({ dataDir, url, siteUrl, writerProgram, isQuiet });
  const { engine, deploy } = opened;
  // After the engine: whoever opened it has the folder to himself.
  const { adminKey, instanceName } = await loadInstanceKeys(dataDir).catch(async (error) => {
    await engine.close();
    throw error;
  });
  const logs = new FunctionLogs();
  const bearers = new Bearers(adminKey, new TokenVerifier(() => engine.authProviders()));
  const calls = new FunctionCalls(engine, { engine, deploy, url, siteUrl }, logs);
  const context: ServerContext = {
    engine,
    deploy,
    calls,
    logs,
    bearers,
    instanceName,
    url,
    siteUrl,
  };
  const hub = new QueryHub(engine, calls);
  const sync = new SyncServer({ hub, calls, bearers });
  const detachLogs = logs.attach(engine);
  listening.serveApi({
    request: apiListener(context),
    upgrade: (request, socket, head) => sync.handleUpgrade(request, socket, head),
  });
  listening.serveSite({ request: siteListener(context) });
  const jobs = new JobLoop(engine.jobs);
  const crons = new CronLoop(engine);
  await jobs.start();
  await crons.start();

  const close = async () => {
    logs.close();
    await sync.close();
    const servers = [closeGently(api, graceMs), closeGently(site, graceMs)];
    await Promise.all([...servers, jobs.stop(graceMs), crons.stop(graceMs)]);
    hub.close();
    detachLogs();
    await engine.close();
  };
  let closing: Promise<void> | undefined;
  return {
    url,
    siteUrl,
    adminKey,
    instanceName,
    deployed: opened.deployed,
    engine,
    close: () => (closing ??= close()),
  };
}
