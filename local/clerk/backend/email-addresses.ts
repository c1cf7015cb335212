import {
  assertEmailFree,
  newEmailAddress,
  parseEmailAddress,
  verifiedByAdmin,
} from '../actions/identifiers';
import { ClerkError, invalidParam } from '../http/clerk-error';
import { route, type Reply, type RequestContext, type Route } from '../http/router';
import { deletedResource } from '../resources/deleted';
import { emailAddressResource } from '../resources/verification';
import type { EmailAddressEntity, UserEntity } from '../store/types';
import { originOf } from './origin';
import { flag, requiredText, text } from './params';
import { requireUser, userNotFound } from './user-access';

interface Owned {
  user: UserEntity;
  email: EmailAddressEntity;
}

function requireEmail(ctx: RequestContext): Owned {
  const id = ctx.params.emailId ?? '';
  const user = ctx.services.store.userByEmailId(id);
  const email = user?.emails.find((candidate) => candidate.id === id);
  if (user && email) return { user, email };
  throw new ClerkError(404, {
    code: 'resource_not_found',
    message: 'Resource not found',
    longMessage: `No email address was found with id ${id}.`,
  });
}

function getEmail(ctx: RequestContext): Reply {
  return { json: emailAddressResource(requireEmail(ctx).email) };
}

function createEmail(ctx: RequestContext): Reply {
  const { body, services } = ctx;
  const userId = requiredText(body, 'user_id');
  const address = parseEmailAddress(requiredText(body, 'email_address'));
  const verification = flag(body, 'verified') ? verifiedByAdmin : null;
  const email = newEmailAddress(address, services.clock.now(), verification);
  services.store.transact((tx) => {
    const user = tx.get('users', userId);
    if (!user) throw userNotFound(userId);
    assertEmailFree(tx, address);
    tx.update('users', userId, {
      emails: [...user.emails, email],
      ...((flag(body, 'primary') || user.primaryEmailId === null) && { primaryEmailId: email.id }),
    });
  }, originOf(ctx));
  return { json: emailAddressResource(email) };
}

function updateEmail(ctx: RequestContext): Reply {
  const { user, email } = requireEmail(ctx);
  const { body, services } = ctx;
  const verified = flag(body, 'verified');
  const changed: EmailAddressEntity = {
    ...email,
    ...(verified === true && { verification: verifiedByAdmin }),
    ...(verified === false && { verification: null }),
    updatedAt: services.clock.now(),
  };
  services.store.transact(
    (tx) =>
      tx.update('users', user.id, {
        emails: user.emails.map((other) => (other.id === email.id ? changed : other)),
        ...(flag(body, 'primary') && { primaryEmailId: email.id }),
      }),
    originOf(ctx),
  );
  return { json: emailAddressResource(changed) };
}

function deleteEmail(ctx: RequestContext): Reply {
  const { user, email } = requireEmail(ctx);
  const emails = user.emails.filter((other) => other.id !== email.id);
  const primaryEmailId =
    user.primaryEmailId === email.id ? (emails[0]?.id ?? null) : user.primaryEmailId;
  ctx.services.store.transact(
    (tx) => tx.update('users', user.id, { emails, primaryEmailId }),
    originOf(ctx),
  );
  return { json: deletedResource('email_address', email) };
}

/** `PUT /users/{id}/email_address`: one address instead of all that were there. */
function replaceEmails(ctx: RequestContext): Reply {
  const { body, services } = ctx;
  const user = requireUser(ctx);
  const address = parseEmailAddress(requiredText(body, 'email_address'));
  const status = text(body, 'identification_status') ?? 'verified';
  if (!['verified', 'reserved', 'unverified'].includes(status)) {
    throw invalidParam(
      'identification_status',
      'identification_status must be verified, reserved or unverified.',
    );
  }
  const verification = status === 'verified' ? verifiedByAdmin : null;
  const email: EmailAddressEntity = {
    ...newEmailAddress(address, services.clock.now(), verification),
    reserved: status === 'reserved',
  };
  services.store.transact((tx) => {
    assertEmailFree(tx, address, user.id);
    tx.update('users', user.id, { emails: [email], primaryEmailId: email.id });
  }, originOf(ctx));
  return { json: emailAddressResource(email) };
}

export const emailAddressRoutes: readonly Route[] = [
  route('POST', '/v1/email_addresses', createEmail),
  route('GET', '/v1/email_addresses/:emailId', getEmail),
  route('PATCH', '/v1/email_addresses/:emailId', updateEmail),
  route('DELETE', '/v1/email_addresses/:emailId', deleteEmail),
  route('PUT', '/v1/users/:userId/email_address', replaceEmails),
];
