import type { Route } from '../http/router';
import { clientRoutes } from './clients';
import { handshakeRoutes } from './handshake';
import { scriptRoutes } from './scripts';
import { sessionRoutes } from './sessions';
import { signInRoutes } from './sign-ins';

/** The Frontend API: what clerk-js in the browser talks to. */
export const frontendRoutes: readonly Route[] = [
  ...clientRoutes,
  ...handshakeRoutes,
  ...sessionRoutes,
  ...signInRoutes,
  ...scriptRoutes,
];
