import type { Route } from '../http/router';

/** The page under `/dashboard` and what it needs under `/_local/dashboard/*`. */
export const dashboardRoutes: readonly Route[] = [];
