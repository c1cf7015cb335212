import { cronJobs } from 'convex/server';
import { appConfig } from '../app.config';
import { internal } from './_generated/api';

/** Each records its end under the same name in `schedules`; names and intervals: `schedulePlan`. */
const crons = cronJobs();

crons.interval(
  'reconcile',
  { hours: appConfig.reconcileEveryHours },
  internal.adminSync.reconcile,
  {},
);
// At whole minutes: an interval would begin with the deployment, beside the reconcile whose run it reads.
crons.cron('watch syncs', '* * * * *', internal.adminSync.watch, {});
crons.interval('prune sync details', { hours: 1 }, internal.adminSync.prune, {});

crons.interval('prune old deliveries', { hours: 1 }, internal.maintenance.pruneDeliveries, {});
crons.interval('prune old payloads', { hours: 1 }, internal.maintenance.prunePayloads, {});
crons.interval('prune settled intents', { hours: 1 }, internal.maintenance.pruneIntents, {});
crons.interval('prune ended API tokens', { hours: 24 }, internal.maintenance.pruneTokens, {});
crons.interval('watch the outbox', { minutes: 1 }, internal.maintenance.watchOutbox, {});
crons.interval(
  'count people not counted yet',
  { minutes: 1 },
  internal.maintenance.watchCounts,
  {},
);
crons.interval('watch bulk changes', { minutes: 1 }, internal.bulk.watch, {});
crons.interval('prune bulk changes', { hours: 1 }, internal.maintenance.pruneBulkJobs, {});
crons.interval('watch webhooks', { minutes: 5 }, internal.webhooks.canary, {});
crons.interval('follow invitations', { minutes: 5 }, internal.invitations.follow, {});
crons.interval('expire invitations', { hours: 1 }, internal.maintenance.expireInvitations, {});
crons.interval('prune old alarms', { hours: 24 }, internal.maintenance.pruneAlarms, {});
crons.interval('prune the audit log', { hours: 24 }, internal.maintenance.pruneAuditLog, {});

export default crons;
