import { assertMetadataFits, mergeMetadata } from '../actions/metadata';
import { deleteUser } from '../actions/users';
import { endSession } from '../actions/sessions';
import type { RequestContext, Route } from '../http/router';
import { hashPassword, verifyPassword } from '../passwords';
import type { UserEntity } from '../store/types';
import { requireSignedIn } from './caller';
import { piggybacked } from './client-resource';
import { frontendErrors } from './errors';
import { metadataField, personName, requiredText, text } from './form';
import { frontendRoute } from './frontend-route';
import { assertPasswordAllowed } from '../actions/passwords';
import { originOf } from '../backend/origin';
import { ownUserResource } from './user-resource';

/** Saves changes a person makes to themselves; the webhooks follow from the transaction. */
export function updateSelf(ctx: RequestContext, user: UserEntity, patch: Partial<UserEntity>) {
  return ctx.services.store.transact((tx) => tx.update('users', user.id, patch), originOf(ctx));
}

function updateMe(ctx: RequestContext) {
  const { client, user } = requireSignedIn(ctx);
  const firstName = personName(ctx, 'first_name');
  const lastName = personName(ctx, 'last_name');
  const primaryEmailId = text(ctx, 'primary_email_address_id');
  if (primaryEmailId !== undefined) assertVerifiedEmail(user, primaryEmailId);
  const unsafeMetadata = metadataField(ctx, 'unsafe_metadata');
  const updated = updateSelf(ctx, user, {
    ...(firstName !== undefined && { firstName }),
    ...(lastName !== undefined && { lastName }),
    ...(primaryEmailId !== undefined && { primaryEmailId }),
    ...(unsafeMetadata !== undefined && { unsafeMetadata }),
  });
  return piggybacked(ctx, client.id, ownUserResource(ctx, updated));
}

function assertVerifiedEmail(user: UserEntity, emailId: string): void {
  const email = user.emails.find((each) => each.id === emailId);
  if (!email) throw frontendErrors.resourceNotFound('Email address');
  if (email.verification?.status !== 'verified') throw frontendErrors.verificationMissing();
}

/** The only metadata people may write themselves; merged deeply, null removes a key. */
function updateMyMetadata(ctx: RequestContext) {
  const { client, user } = requireSignedIn(ctx);
  const patch = metadataField(ctx, 'unsafe_metadata') ?? {};
  const merged = mergeMetadata(user.unsafeMetadata, patch);
  const unsafeMetadata = assertMetadataFits('unsafe_metadata', merged);
  const updated = updateSelf(ctx, user, { unsafeMetadata });
  return piggybacked(ctx, client.id, ownUserResource(ctx, updated));
}

async function changePassword(ctx: RequestContext) {
  const { client, session, user } = requireSignedIn(ctx);
  const newPassword = requiredText(ctx, 'new_password');
  if (user.passwordHash !== null) {
    const current = requiredText(ctx, 'current_password');
    if (!(await verifyPassword(current, user.passwordHash))) {
      throw frontendErrors.passwordIncorrect('current_password');
    }
  }
  assertPasswordAllowed(newPassword, 'new_password');
  const passwordHash = await hashPassword(newPassword);
  const elsewhere = text(ctx, 'sign_out_of_other_sessions') === 'true';
  const updated = ctx.services.store.transact((tx) => {
    const others = tx.find('sessions', { userId: user.id, status: 'active' });
    for (const other of elsewhere ? others : []) {
      if (other.id !== session.id) endSession(tx, other.id, 'revoked');
    }
    const passwordUpdatedAt = ctx.services.clock.now();
    return tx.update('users', user.id, { passwordHash, passwordUpdatedAt });
  }, originOf(ctx));
  return piggybacked(ctx, client.id, ownUserResource(ctx, updated));
}

/** People may leave: everything they had goes, and the application hears of it by webhook. */
function deleteMe(ctx: RequestContext) {
  const { client, user } = requireSignedIn(ctx);
  if (!user.deleteSelfEnabled) throw frontendErrors.deleteSelfNotEnabled();
  ctx.services.store.transact((tx) => {
    deleteUser(tx, user.id);
    tx.update('clients', client.id, { lastActiveSessionId: null });
  }, originOf(ctx));
  return piggybacked(ctx, client.id, { id: user.id, object: 'user', deleted: true });
}

export const meRoutes: readonly Route[] = [
  frontendRoute('GET', '/v1/me', (ctx) => {
    const { client, user } = requireSignedIn(ctx);
    return piggybacked(ctx, client.id, ownUserResource(ctx, user));
  }),
  frontendRoute('PATCH', '/v1/me', updateMe),
  frontendRoute('DELETE', '/v1/me', deleteMe),
  frontendRoute('PATCH', '/v1/me/metadata', updateMyMetadata),
  frontendRoute('POST', '/v1/me/change_password', changePassword),
];
