import type { Route } from '../http/router';
import { clientRoutes } from './clients';
import { emailAddressRoutes } from './email-addresses';
import { handshakeRoutes } from './handshake';
import { imageRoutes } from './images';
import { meRoutes } from './me';
import { mySessionRoutes } from './my-sessions';
import { scriptRoutes } from './scripts';
import { sessionRoutes } from './sessions';
import { signInRoutes } from './sign-ins';
import { signUpRoutes } from './sign-ups';
import { ticketRoutes } from './tickets';

/** The Frontend API: what clerk-js in the browser talks to. */
export const frontendRoutes: readonly Route[] = [
  ...clientRoutes,
  ...handshakeRoutes,
  ...sessionRoutes,
  ...signInRoutes,
  ...signUpRoutes,
  ...meRoutes,
  ...mySessionRoutes,
  ...emailAddressRoutes,
  ...ticketRoutes,
  ...imageRoutes,
  ...scriptRoutes,
];
