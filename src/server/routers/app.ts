import { router } from '../trpc';
import { alarmsRouter } from './alarms/router';
import { brakesRouter } from './brakes/router';
import { auditRouter } from './audit/router';
import { bulkRouter } from './bulk/router';
import { clerkRouter } from './clerk/router';
import { credentialsRouter } from './credentials/router';
import { deliveriesRouter } from './deliveries/router';
import { organizationsRouter } from './organizations/router';
import { settingsRouter } from './settings/router';
import { syncRouter } from './sync/router';
import { tokensRouter } from './tokens/router';
import { usersRouter } from './users/router';

export const appRouter = router({
  alarms: alarmsRouter,
  brakes: brakesRouter,
  audit: auditRouter,
  bulk: bulkRouter,
  clerk: clerkRouter,
  credentials: credentialsRouter,
  deliveries: deliveriesRouter,
  organizations: organizationsRouter,
  settings: settingsRouter,
  sync: syncRouter,
  tokens: tokensRouter,
  users: usersRouter,
});

/** All that pages know of the server. */
export type AppRouter = typeof appRouter;
