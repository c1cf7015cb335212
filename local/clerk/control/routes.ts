import type { Route } from '../http/router';

/** `/_local/*`: how tests and the dashboard page steer the local Clerk. */
export const controlRoutes: readonly Route[] = [];
