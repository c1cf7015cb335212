import { membershipResource } from '../resources/organization';
import { userResource } from '../resources/user';
import { viewOf } from '../resources/view';
import type { RequestContext } from '../http/router';
import type { UserEntity } from '../store/types';

/** Clerk sends at most this many memberships inside a user. */
const membershipsMax = 100;

/** `Client.User`: what people see of themselves, with the organizations they belong to. */
export function ownUserResource(ctx: RequestContext, user: UserEntity) {
  const { store } = ctx.services;
  const view = viewOf(ctx.services, 'frontend');
  const memberships = store
    .find('memberships', { userId: user.id }, { limit: membershipsMax })
    .flatMap((membership) => {
      const organization = store.get('organizations', membership.organizationId);
      return organization ? [membershipResource(membership, { organization, user }, view)] : [];
    });
  return { ...userResource(user, view), organization_memberships: memberships };
}
