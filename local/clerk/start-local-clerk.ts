import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFaultPlan } from './backend/faults';
import { guardBackend } from './backend/guard';
import { createRateLimits, type RateLimitMode } from './backend/rate-limits';
import { backendRoutes, publicRoutes } from './backend/routes';
import { createClock, type Clock } from './clock';
import { controlRoutes } from './control/routes';
import { dashboardRoutes } from './dashboard/routes';
import { frontendRoutes } from './frontend/routes';
import { createHttpServer, type RouteGroup } from './http/server';
import { loadKeys } from './keys';
import type { ClerkServices } from './services';
import { openDatabase } from './store/database';
import { createStore } from './store/sqlite-store';
import { createTokenIssuer } from './tokens';

export interface LocalClerkOptions {
  dataDir: string;
  /** 0: any free one. */
  port: number;
  clock?: Clock;
  rateLimits?: RateLimitMode;
}

export interface LocalClerk {
  url: string;
  services: ClerkServices;
  close(): Promise<void>;
}

const host = '127.0.0.1';

/** Starts a local Clerk in this process. Rejects when the port is taken or the folder unusable. */
export async function startLocalClerk(options: LocalClerkOptions): Promise<LocalClerk> {
  const clock = options.clock ?? createClock();
  const keys = loadKeys(options.dataDir, clock.now());
  const db = openDatabase(options.dataDir);
  const address = { url: '' };
  const services: ClerkServices = {
    get url() {
      return address.url;
    },
    keys,
    clock,
    store: createStore({ db, clock, record: () => {}, committed: () => {} }),
    tokens: createTokenIssuer(keys, () => address.url, clock),
    rateLimits: createRateLimits(clock, options.rateLimits ?? 'production'),
    faults: createFaultPlan(),
  };
  const server = createHttpServer(services, routeGroups());
  address.url = await listen(server, options.port);
  return {
    url: address.url,
    services,
    async close() {
      await stopListening(server);
      services.store.close();
    },
  };
}

function routeGroups(): RouteGroup[] {
  return [
    { name: 'control', routes: controlRoutes, cors: false },
    { name: 'dashboard', routes: dashboardRoutes, cors: false },
    { name: 'frontend', routes: frontendRoutes, cors: true },
    { name: 'public', routes: publicRoutes, cors: true },
    { name: 'backend', routes: backendRoutes, cors: false, before: guardBackend },
  ];
}

function listen(server: Server, port: number): Promise<string> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      // A server that listens on TCP always has an AddressInfo.
      resolve(`http://${host}:${(server.address() as AddressInfo).port}`);
    });
  });
}

function stopListening(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}
