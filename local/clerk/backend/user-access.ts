import { ClerkError } from '../http/clerk-error';
import type { Reply, RequestContext } from '../http/router';
import { userResource } from '../resources/user';
import { viewOf } from '../resources/view';
import type { UserEntity } from '../store/types';

export function requireUser(ctx: RequestContext, id = ctx.params.userId ?? ''): UserEntity {
  const user = ctx.services.store.get('users', id);
  if (!user) throw userNotFound(id);
  return user;
}

export function userNotFound(id: string): ClerkError {
  return new ClerkError(404, {
    code: 'resource_not_found',
    message: 'not found',
    longMessage: `No user was found with id ${id}.`,
  });
}

export function userReply(ctx: RequestContext, user: UserEntity): Reply {
  return { json: userResource(user, viewOf(ctx.services, 'backend')) };
}

export function getUser(ctx: RequestContext): Reply {
  return userReply(ctx, requireUser(ctx));
}
