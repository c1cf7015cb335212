import type { Route } from '../http/router';
import { emailAddressRoutes } from './email-addresses';
import { instanceRoutes, wellKnownRoutes } from './instance';
import { invitationRoutes } from './invitations';
import { membershipRoutes } from './memberships';
import { organizationInvitationRoutes } from './organization-invitations';
import { organizationRoutes } from './organizations';
import { sessionRoutes } from './sessions';
import { userRoutes } from './users';

/** The Backend API: what servers with the secret key talk to. */
export const backendRoutes: readonly Route[] = [
  ...userRoutes,
  ...emailAddressRoutes,
  ...organizationRoutes,
  ...membershipRoutes,
  ...organizationInvitationRoutes,
  ...invitationRoutes,
  ...sessionRoutes,
  ...instanceRoutes,
];

/** What anybody may read: public keys and discovery. */
export const publicRoutes: readonly Route[] = wellKnownRoutes;
