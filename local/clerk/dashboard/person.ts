import { isLocked } from '../actions/lockout';
import type { RequestContext } from '../http/router';
import { sessionStatusAt } from '../resources/session';
import { absoluteUrl, viewOf } from '../resources/view';
import { primaryEmailOf } from '../store/table-specs';
import type { UserEntity } from '../store/types';

/** A row of the list. */
export function personSummary(ctx: RequestContext, user: UserEntity) {
  const email = primaryEmailOf(user);
  const fullName = [user.firstName, user.lastName].filter(Boolean).join(' ');
  const { role } = user.publicMetadata;
  return {
    id: user.id,
    name: fullName || email || user.id,
    email,
    imageUrl: absoluteUrl(user.imageUrl, viewOf(ctx.services, 'backend')),
    role: typeof role === 'string' ? role : null,
    banned: user.banned,
    locked: isLocked(user, ctx.services.clock.now()),
    lastSignInAt: user.lastSignInAt,
    createdAt: user.createdAt,
  };
}

/** Everything the page shows of one person; never the password's hash. */
export function personDetails(ctx: RequestContext, user: UserEntity) {
  const { store, clock } = ctx.services;
  const sessions = store
    .find('sessions', { userId: user.id, status: 'active' })
    .filter((session) => sessionStatusAt(session, clock.now()) === 'active');
  return {
    ...personSummary(ctx, user),
    firstName: user.firstName,
    lastName: user.lastName,
    externalId: user.externalId,
    hasPassword: user.passwordHash !== null,
    emails: user.emails.map((email) => ({
      emailAddress: email.emailAddress,
      primary: email.id === user.primaryEmailId,
      verified: email.verification?.status === 'verified',
    })),
    publicMetadata: user.publicMetadata,
    privateMetadata: user.privateMetadata,
    unsafeMetadata: user.unsafeMetadata,
    activeSessions: sessions.length,
    organizations: store.find('memberships', { userId: user.id }).map((membership) => ({
      name:
        store.get('organizations', membership.organizationId)?.name ?? membership.organizationId,
      role: membership.role,
    })),
    updatedAt: user.updatedAt,
  };
}
