import type { Clock } from '../clock';
import type { Database } from '../store/database';
import type { Endpoint, EndpointList } from './endpoint-list';
import type { AttemptResult, DueDelivery, MessageLog } from './message-log';
import { disableAfterMs, retryDelayMs } from './retry-schedule';

/** Attempts under way per endpoint; the rest waits in the database, not in memory. */
const concurrencyMax = 16;
/** In a storm the log is asked once for several free places, not for each. */
const refillMin = 4;
/** While reordering, messages gather this long so that there is something to turn round. */
const reorderWindowMs = 200;
const refusedRetryMs = 1000;
/** Longest sleep of a Node timer. */
const timerMsMax = 2 ** 31 - 1;

export interface DispatcherOptions {
  db: Database;
  log: MessageLog;
  endpoints: EndpointList;
  clock: Clock;
  send: (delivery: DueDelivery) => Promise<AttemptResult>;
  /** `newestFirst` sends one by one, so that the order is certain. */
  policy: () => { paused: boolean; newestFirst: boolean };
  /**
   * The parts of a stack start side by side. Until an endpoint has listened once, and for this long
   * after our own start, a refused connection is no attempt: it is tried again a second later.
   */
  startGraceMs: number;
}

export interface Dispatcher {
  /** Something may be due: look now. */
  wake(): void;
  /** Resolves when nothing is under way and nothing more will start. */
  stop(): Promise<void>;
}

/**
 * Takes due deliveries out of the log and sends them. The log is the queue: what is under way stays
 * `pending` until its result is written, so that a killed process sends it again (at least once).
 */
export function createDispatcher(options: DispatcherOptions): Dispatcher {
  const { log, endpoints, clock } = options;
  const underWay = new Map<number, Promise<void>>();
  const perEndpoint = new Map<string, number>();
  const reached = new Set<string>();
  const startedAt = clock.machine();
  let timer: NodeJS.Timeout | undefined;
  let scheduled = false;
  let stopped = false;

  const wake = () => {
    if (scheduled || stopped) return;
    scheduled = true;
    if (options.policy().newestFirst) setTimeout(pump, reorderWindowMs);
    else setImmediate(pump);
  };
  const pump = () => {
    scheduled = false;
    if (stopped) return;
    for (const endpoint of endpoints.list()) fill(endpoint);
    armTimer();
  };
  const fill = (endpoint: Endpoint) => {
    const { paused, newestFirst } = options.policy();
    const busy = perEndpoint.get(endpoint.id) ?? 0;
    const max = newestFirst ? 1 : concurrencyMax;
    const free = max - busy;
    if (free < Math.min(refillMin, max)) return;
    const limit = free + busy;
    const found = log.due(endpoint.id, {
      now: clock.now(),
      limit,
      newestFirst,
      manualOnly: paused || endpoint.disabledAt !== null,
    });
    for (const seq of found.filter((seq) => !underWay.has(seq)).slice(0, free)) {
      const delivery = log.delivery(seq);
      if (delivery) underWay.set(seq, run(delivery));
    }
  };
  const run = async (delivery: DueDelivery) => {
    const { endpointId, seq } = delivery;
    perEndpoint.set(endpointId, (perEndpoint.get(endpointId) ?? 0) + 1);
    try {
      const result = await options.send(delivery);
      if (stopped) return;
      if (!result.refused) reached.add(endpointId);
      if (reached.has(endpointId) || clock.machine() - startedAt >= options.startGraceMs) {
        settle(options, delivery, result);
      } else postpone(options, delivery);
    } finally {
      perEndpoint.set(endpointId, (perEndpoint.get(endpointId) ?? 1) - 1);
      underWay.delete(seq);
      // The next one follows at once; only new work waits for the reorder window.
      if (!stopped && !scheduled) {
        scheduled = true;
        setImmediate(pump);
      }
    }
  };
  const armTimer = () => {
    clearTimeout(timer);
    const waits = endpoints
      .list()
      .flatMap(({ id }) => log.nextDueAt(id) ?? [])
      .map((at) => at - clock.now())
      // What is due already is held back (paused, full) and gets its own wake-up.
      .filter((wait) => wait > 0);
    if (waits.length > 0) timer = setTimeout(wake, Math.min(...waits, timerMsMax));
  };
  const forgetClock = clock.onMove(wake);

  return {
    wake,
    async stop() {
      stopped = true;
      forgetClock();
      clearTimeout(timer);
      await Promise.allSettled(underWay.values());
    },
  };
}

function settle(options: DispatcherOptions, delivery: DueDelivery, result: AttemptResult): void {
  const { db, log, endpoints, clock } = options;
  const now = clock.now();
  db.transaction(() => {
    log.addAttempt(delivery.seq, result);
    if (result.ok) {
      log.settle(delivery.seq, { status: 'delivered', failures: delivery.failures, nextAt: now });
      endpoints.patch(delivery.endpointId, { failingSince: null });
      return;
    }
    // An attempt by hand does not use up one of the schedule's.
    const failures = delivery.failures + (delivery.manual ? 0 : 1);
    const delay = retryDelayMs(Math.max(1, failures));
    log.settle(delivery.seq, {
      status: delay === null ? 'failed' : 'pending',
      failures,
      nextAt: now + (delay ?? 0),
    });
    noteFailure(options, delivery.endpointId, now);
  });
}

function postpone({ log, clock }: DispatcherOptions, delivery: DueDelivery): void {
  const nextAt = clock.now() + refusedRetryMs;
  log.settle(delivery.seq, { status: 'pending', failures: delivery.failures, nextAt });
}

function noteFailure({ log, endpoints }: DispatcherOptions, endpointId: string, now: number): void {
  const endpoint = endpoints.list().find(({ id }) => id === endpointId);
  if (!endpoint || endpoint.disabledAt !== null) return;
  if (endpoint.failingSince === null) return endpoints.patch(endpointId, { failingSince: now });
  if (now - endpoint.failingSince < disableAfterMs) return;
  endpoints.patch(endpointId, { disabledAt: now });
  log.giveUpPending(endpointId);
}
