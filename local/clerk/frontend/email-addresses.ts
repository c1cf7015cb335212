import { assertEmailFree, newEmailAddress, parseEmailAddress } from '../actions/identifiers';
import type { RequestContext, Route } from '../http/router';
import type { ClerkTransaction } from '../store/clerk-store';
import type { EmailAddressEntity, UserEntity, Verification } from '../store/types';
import { emailAddressResource } from '../resources/verification';
import { requireSignedIn, type SignedInCaller } from './caller';
import { piggybacked } from './client-resource';
import { frontendErrors } from './errors';
import { requiredText } from './form';
import { frontendRoute } from './frontend-route';
import { originOf } from '../backend/origin';
import { attemptCode, sendCode } from './verifications';

/** The address the path names, of the person who asks. */
function requireEmail(ctx: RequestContext): SignedInCaller & { email: EmailAddressEntity } {
  const caller = requireSignedIn(ctx);
  const email = caller.user.emails.find((each) => each.id === ctx.params.emailId);
  if (!email) throw frontendErrors.resourceNotFound('Email address');
  return { ...caller, email };
}

function createEmail(ctx: RequestContext) {
  const { client, user } = requireSignedIn(ctx);
  const emailAddress = parseEmailAddress(requiredText(ctx, 'email_address'));
  const { store, clock } = ctx.services;
  assertEmailFree(store, emailAddress);
  const email = newEmailAddress(emailAddress, clock.now(), null);
  store.transact((tx) => {
    const current = tx.get('users', user.id) ?? user;
    tx.update('users', user.id, { emails: [...current.emails, email] });
  }, originOf(ctx));
  return piggybacked(ctx, client.id, emailAddressResource(email));
}

function saveVerification(
  tx: ClerkTransaction,
  user: UserEntity,
  saved: { email: EmailAddressEntity; verification: Verification; nowMs: number },
): EmailAddressEntity {
  const updated = { ...saved.email, verification: saved.verification, updatedAt: saved.nowMs };
  const current = tx.get('users', user.id) ?? user;
  const emails = current.emails.map((each) => (each.id === updated.id ? updated : each));
  tx.update('users', user.id, { emails });
  return updated;
}

function prepareVerification(ctx: RequestContext) {
  const { client, user, email } = requireEmail(ctx);
  const strategy = requiredText(ctx, 'strategy');
  if (strategy !== 'email_code') throw frontendErrors.strategyNotAllowed(strategy);
  if (email.verification?.status === 'verified') throw frontendErrors.alreadyVerified();
  const nowMs = ctx.services.clock.now();
  const prepared = ctx.services.store.transact((tx) => {
    const request = { strategy, email: email.emailAddress, subject: email.id, nowMs } as const;
    const verification = sendCode(tx, { ...request, kind: 'verification_code' });
    return saveVerification(tx, user, { email, verification, nowMs });
  }, originOf(ctx));
  return piggybacked(ctx, client.id, emailAddressResource(prepared));
}

function attemptVerification(ctx: RequestContext) {
  const { client, user, email } = requireEmail(ctx);
  const nowMs = ctx.services.clock.now();
  const outcome = attemptCode(email.verification, requiredText(ctx, 'code'), nowMs);
  const { verification } = outcome;
  const saved = ctx.services.store.transact(
    (tx) => saveVerification(tx, user, { email, verification, nowMs }),
    originOf(ctx),
  );
  if (outcome.kind === 'refused') throw outcome.error;
  return piggybacked(ctx, client.id, emailAddressResource(saved));
}

function deleteEmail(ctx: RequestContext) {
  const { client, user, email } = requireEmail(ctx);
  const others = user.emails.filter((each) => each.id !== email.id);
  const verifiedLeft = others.filter((each) => each.verification?.status === 'verified');
  if (email.verification?.status === 'verified' && verifiedLeft.length === 0) {
    throw frontendErrors.lastIdentification();
  }
  ctx.services.store.transact((tx) => {
    const next = verifiedLeft[0]?.id ?? others[0]?.id ?? null;
    const primaryEmailId = user.primaryEmailId === email.id ? next : user.primaryEmailId;
    tx.update('users', user.id, { emails: others, primaryEmailId });
  }, originOf(ctx));
  const deleted = { id: email.id, object: 'email_address', deleted: true };
  return piggybacked(ctx, client.id, deleted);
}

const base = '/v1/me/email_addresses';

export const emailAddressRoutes: readonly Route[] = [
  frontendRoute('GET', base, (ctx) => ({
    json: requireSignedIn(ctx).user.emails.map(emailAddressResource),
  })),
  frontendRoute('POST', base, createEmail),
  frontendRoute('GET', `${base}/:emailId`, (ctx) => {
    const { client, email } = requireEmail(ctx);
    return piggybacked(ctx, client.id, emailAddressResource(email));
  }),
  frontendRoute('POST', `${base}/:emailId/prepare_verification`, prepareVerification),
  frontendRoute('POST', `${base}/:emailId/attempt_verification`, attemptVerification),
  frontendRoute('DELETE', `${base}/:emailId`, deleteEmail),
];
