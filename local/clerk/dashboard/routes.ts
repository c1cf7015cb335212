import type { Route } from '../http/router';
import { mailRoutes } from './mail';
import { pageRoutes } from './page-routes';
import { peopleRoutes } from './people';

/** The page under `/dashboard` and what it needs under `/_local/dashboard/*`. */
export const dashboardRoutes: readonly Route[] = [...pageRoutes, ...peopleRoutes, ...mailRoutes];
