import type { Route } from '../http/router';
import { deliveryRoutes } from './deliveries';
import { pageRoutes } from './page-routes';
import { peopleRoutes } from './people';

/**
 * The page under `/dashboard` and what it needs under `/_local/dashboard/*`, beyond the control
 * interface (`control/routes.ts`).
 */
export const dashboardRoutes: readonly Route[] = [
  ...pageRoutes,
  ...peopleRoutes,
  ...deliveryRoutes,
];
