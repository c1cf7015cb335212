import type { Clock } from '../clock';
import type { InstanceKeys } from '../keys';
import type { View } from '../resources/view';
import type { ChangeOrigin, ClerkReader } from '../store/clerk-store';
import type { Database } from '../store/database';
import { readSetting, writeSetting } from '../store/settings';
import type { Change } from '../store/sqlite-store';
import { listDeliveries, type DeliveryPage } from './delivery-list';
import { createDispatcher } from './dispatcher';
import { createEndpointList, type Endpoint } from './endpoint-list';
import { eventsOfChanges } from './events-of-changes';
import { createMessageLog, type DeliveryStatus } from './message-log';
import { sendAttempt } from './send-attempt';

export const webhookModes = ['deliver', 'pause', 'drop'] as const;
export type WebhookMode = (typeof webhookModes)[number];

export interface WebhookPolicy {
  /** `pause` keeps messages and delivers them on resume; `drop` logs them and sends nothing. */
  mode: WebhookMode;
  /** How many more times each endpoint gets every message. */
  duplicate: number;
  /** Newest first, one at a time. */
  reorder: boolean;
}

export interface WebhookCenter {
  /** Inside the transaction of the changes: saves the messages they cause. */
  record(changes: readonly Change[], reader: ClerkReader, origin: ChangeOrigin | null): void;
  /** After it: sends what is due. */
  wake(): void;
  policy(): WebhookPolicy;
  setPolicy(policy: WebhookPolicy): void;
  endpoints(): Endpoint[];
  /** Makes a disabled endpoint take messages again; false when there is no such endpoint. */
  enableEndpoint(id: string): boolean;
  counts(): Record<DeliveryStatus, number>;
  list(query: { limit: number; before: string | null; messageId: string | null }): DeliveryPage;
  /** By delivery or message id; returns how many deliveries go out again. */
  resend(id: string): number;
  stop(): Promise<void>;
}

export interface WebhookCenterOptions {
  db: Database;
  clock: Clock;
  keys: InstanceKeys;
  urls: readonly string[];
  /** Base address of the local Clerk, known once it listens. */
  url: () => string;
  /** See `DispatcherOptions`. */
  startGraceMs: number;
}

const policyDefault: WebhookPolicy = { mode: 'deliver', duplicate: 0, reorder: false };
/** The log keeps at least this many deliveries, and looks after itself once per as many messages. */
const deliveriesKept = 20_000;
const pruneEvery = 1_000;

/** Everything between a committed change and the endpoints that hear of it. */
export function createWebhookCenter(options: WebhookCenterOptions): WebhookCenter {
  const { db, clock, keys } = options;
  const endpoints = createEndpointList(db);
  const log = createMessageLog(db, endpoints);
  endpoints.set(options.urls, clock.now());
  log.prune(deliveriesKept);
  let policy = readSetting(db, 'webhooks', policyDefault);
  let appended = 0;
  const stopping = new AbortController();
  const dispatcher = createDispatcher({
    db,
    log,
    endpoints,
    clock,
    startGraceMs: options.startGraceMs,
    send: (delivery) =>
      sendAttempt(delivery, { secret: keys.webhookSecret, clock, stopped: stopping.signal }),
    policy: () => ({ paused: policy.mode !== 'deliver', newestFirst: policy.reorder }),
  });

  return {
    record(changes, reader, origin) {
      const now = clock.now();
      const view: View = { url: options.url(), now, audience: 'backend' };
      for (const event of eventsOfChanges(changes, reader, view)) {
        const envelope = {
          data: event.data,
          event_attributes: {
            http_request: {
              client_ip: origin?.clientIp ?? '',
              user_agent: origin?.userAgent ?? '',
            },
          },
          instance_id: keys.instanceId,
          object: 'event',
          timestamp: now,
          type: event.type,
        };
        log.append({
          type: event.type,
          body: JSON.stringify(envelope),
          now,
          status: policy.mode === 'drop' ? 'dropped' : 'pending',
          copies: 1 + policy.duplicate,
        });
        appended += 1;
      }
      if (appended >= pruneEvery) {
        appended = 0;
        log.prune(deliveriesKept);
      }
    },
    wake: () => dispatcher.wake(),
    policy: () => policy,
    setPolicy(next) {
      writeSetting(db, 'webhooks', next);
      policy = next;
      dispatcher.wake();
    },
    endpoints: () => endpoints.list(),
    enableEndpoint(id) {
      if (!endpoints.list().some((endpoint) => endpoint.id === id)) return false;
      endpoints.patch(id, { disabledAt: null, failingSince: null });
      dispatcher.wake();
      return true;
    },
    counts: () => log.counts(),
    list: (query) => listDeliveries(db, query),
    resend(id) {
      const count = log.requeue(id);
      dispatcher.wake();
      return count;
    },
    async stop() {
      stopping.abort();
      await dispatcher.stop();
    },
  };
}
