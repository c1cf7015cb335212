import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFaultPlan } from './backend/faults';
import { guardBackend } from './backend/guard';
import { createRateLimits, type RateLimitMode } from './backend/rate-limits';
import { backendRoutes, publicRoutes } from './backend/routes';
import { createClock, type Clock } from './clock';
import { assertLocal } from './control/guard';
import { controlRoutes } from './control/routes';
import { dashboardRoutes } from './dashboard/routes';
import { frontendRoutes } from './frontend/routes';
import { createHttpServer, type RouteGroup } from './http/server';
import { loadKeys } from './keys';
import { demoPeople, seedDemoPeople, type DemoPerson } from './seed/demo-people';
import { createPeopleLoader } from './seed/load-people';
import type { ClerkServices } from './services';
import { openDatabase } from './store/database';
import { createSettings } from './store/settings';
import { createStore } from './store/sqlite-store';
import { createTokenIssuer } from './tokens';
import { createWebhookCenter, type WebhookCenter } from './webhooks/webhook-center';

export interface LocalClerkOptions {
  dataDir: string;
  /** 0: any free one. */
  port: number;
  /** Where every webhook goes, each to all of them. */
  webhookUrls?: readonly string[];
  rateLimits?: RateLimitMode;
  /** Puts the demo people, and so many made-up ones, into an empty store. */
  seed?: { users: number };
  clock?: Clock;
  /** How long a webhook endpoint may take to start listening before retries count; default 0. */
  startGraceMs?: number;
}

export interface LocalClerk {
  url: string;
  services: ClerkServices;
  /** Who can sign in after `seed`. */
  demo: DemoPerson[];
  close(): Promise<void>;
}

const host = '127.0.0.1';

/** Starts a local Clerk in this process. Rejects when the port is taken or the folder unusable. */
export async function startLocalClerk(options: LocalClerkOptions): Promise<LocalClerk> {
  const address = { url: '' };
  const services = createServices(options, () => address.url);
  const server = createHttpServer(services, routeGroups());
  try {
    address.url = await listen(server, options.port);
  } catch (error) {
    await services.webhooks.stop();
    services.store.close();
    throw error;
  }
  if (options.seed) await seed(services, options.seed.users);
  services.webhooks.wake();
  return {
    url: address.url,
    services,
    demo: options.seed ? demoPeople() : [],
    async close() {
      await Promise.all([stopListening(server), services.webhooks.stop()]);
      services.store.close();
    },
  };
}

function createServices(options: LocalClerkOptions, url: () => string): ClerkServices {
  const clock = options.clock ?? createClock();
  const keys = loadKeys(options.dataDir, clock.now());
  const db = openDatabase(options.dataDir);
  createSettings(db);
  const webhooks: WebhookCenter = createWebhookCenter({
    db,
    clock,
    keys,
    urls: options.webhookUrls ?? [],
    url,
    startGraceMs: options.startGraceMs ?? 0,
  });
  const store = createStore({
    db,
    clock,
    record: (changes, reader, origin) => webhooks.record(changes, reader, origin),
    committed: () => webhooks.wake(),
  });
  return {
    get url() {
      return url();
    },
    dataDir: options.dataDir,
    keys,
    moreSecretKeys: new Set(),
    clock,
    store,
    webhooks,
    tokens: createTokenIssuer(keys, url, clock),
    rateLimits: createRateLimits(clock, options.rateLimits ?? 'production'),
    faults: createFaultPlan(),
    people: createPeopleLoader(db, clock),
  };
}

async function seed(services: ClerkServices, users: number): Promise<void> {
  if (services.store.users.count({}) > 0) return;
  await seedDemoPeople(services);
  if (users > 0) services.people.load(users);
}

function routeGroups(): RouteGroup[] {
  return [
    { name: 'control', routes: controlRoutes, cors: false, before: assertLocal },
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
