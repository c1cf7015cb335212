import type { Route } from '../http/router';

/** The Frontend API: what clerk-js in the browser talks to. */
export const frontendRoutes: readonly Route[] = [];
