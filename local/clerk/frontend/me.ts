import type { RequestContext, Route } from '../http/router';
import { hashPassword, verifyPassword } from '../passwords';
import type { Metadata, UserEntity } from '../store/types';
import { requireSignedIn } from './caller';
import { piggybacked } from './client-resource';
import { frontendErrors } from './errors';
import { metadataField, personName, requiredText, text } from './form';
import { frontendRoute } from './frontend-route';
import { checkPassword } from './password-rules';
import { originOf } from './sign-in-completion';
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
  const unsafeMetadata = mergeMetadata(user.unsafeMetadata, patch);
  const updated = updateSelf(ctx, user, { unsafeMetadata });
  return piggybacked(ctx, client.id, ownUserResource(ctx, updated));
}

function mergeMetadata(current: Metadata, patch: Metadata): Metadata {
  const merged: Metadata = { ...current };
  for (const [key, value] of Object.entries(patch)) {
    const known = merged[key];
    if (value === null) delete merged[key];
    else if (isObject(value)) merged[key] = mergeMetadata(isObject(known) ? known : {}, value);
    else merged[key] = value;
  }
  return merged;
}

function isObject(value: unknown): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
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
  checkPassword(newPassword, 'new_password');
  const passwordHash = await hashPassword(newPassword);
  const elsewhere = text(ctx, 'sign_out_of_other_sessions') === 'true';
  const updated = ctx.services.store.transact((tx) => {
    const others = tx.find('sessions', { userId: user.id, status: 'active' });
    for (const other of elsewhere ? others : []) {
      if (other.id !== session.id) tx.update('sessions', other.id, { status: 'revoked' });
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
    for (const session of tx.find('sessions', { userId: user.id, status: 'active' })) {
      tx.update('sessions', session.id, { status: 'removed' });
    }
    for (const membership of tx.find('memberships', { userId: user.id })) {
      tx.remove('memberships', membership.id);
    }
    tx.remove('users', user.id);
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
