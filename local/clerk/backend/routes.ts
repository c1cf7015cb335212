import type { Route } from '../http/router';

/** The Backend API: what servers with the secret key talk to. */
export const backendRoutes: readonly Route[] = [];
