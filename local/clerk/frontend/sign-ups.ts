import { assertEmailFree, parseEmailAddress } from '../actions/identifiers';
import { newId } from '../ids';
import type { RequestContext, Route } from '../http/router';
import { hashPassword } from '../passwords';
import type { ClerkTransaction } from '../store/clerk-store';
import type { ClientEntity, SignUpEntity } from '../store/types';
import { liveSessions, requireClient } from './caller';
import { piggybacked } from './client-resource';
import { frontendErrors } from './errors';
import { metadataField, personName, requiredText, text } from './form';
import { frontendRoute } from './frontend-route';
import { assertPasswordAllowed } from '../actions/passwords';
import { attemptAbandonMs } from './sign-in-attempt';
import { originOf } from '../backend/origin';
import { completeSignUp } from './sign-up-completion';
import { signUpNeeds, signUpResource } from './sign-up-resource';
import { requireTicket } from './tickets';
import { attemptCode, sendCode } from './verifications';

/** The fields of the form that were sent; each may come now or in a later update. */
async function givenFields(ctx: RequestContext): Promise<Partial<SignUpEntity>> {
  const givenEmail = text(ctx, 'email_address');
  const password = text(ctx, 'password');
  const emailAddress = givenEmail === undefined ? undefined : freeEmail(ctx, givenEmail);
  if (password !== undefined) assertPasswordAllowed(password);
  const unsafeMetadata = metadataField(ctx, 'unsafe_metadata');
  const firstName = personName(ctx, 'first_name');
  const lastName = personName(ctx, 'last_name');
  const locale = text(ctx, 'locale');
  return {
    ...(emailAddress !== undefined && { emailAddress }),
    ...(password !== undefined && { passwordHash: await hashPassword(password) }),
    ...(firstName !== undefined && { firstName }),
    ...(lastName !== undefined && { lastName }),
    ...(locale !== undefined && { locale }),
    ...(unsafeMetadata !== undefined && { unsafeMetadata }),
    ...(text(ctx, 'legal_accepted') === 'true' && { legalAcceptedAt: ctx.services.clock.now() }),
  };
}

function freeEmail(ctx: RequestContext, given: string): string {
  const email = parseEmailAddress(given);
  assertEmailFree(ctx.services.store, email);
  return email;
}

function requireSignUp(ctx: RequestContext): { client: ClientEntity; signUp: SignUpEntity } {
  const client = requireClient(ctx);
  const signUp = ctx.services.store.get('signUps', ctx.params.signUpId ?? '');
  if (!signUp) throw frontendErrors.resourceNotFound('Sign up');
  if (signUp.clientId !== client.id) throw frontendErrors.resourceForbidden('sign up');
  return { client, signUp };
}

/** Whoever follows the link of the mail has proven the address, and cannot choose another. */
function invitedFields(ctx: RequestContext): Partial<SignUpEntity> {
  const ticket = text(ctx, 'ticket');
  if (ticket === undefined) return {};
  const { invitation } = requireTicket(ctx, ticket);
  return {
    emailAddress: freeEmail(ctx, invitation.emailAddress),
    emailVerification: { strategy: 'ticket', status: 'verified', attempts: 1, expireAt: null },
    invitationId: invitation.id,
  };
}

async function createSignUp(ctx: RequestContext) {
  const { store, clock } = ctx.services;
  const client = requireClient(ctx);
  const now = clock.now();
  if (liveSessions(store, client, now).length > 0) throw frontendErrors.sessionExists();
  const strategy = text(ctx, 'strategy');
  if (strategy !== undefined && strategy !== 'ticket' && strategy !== 'email_code') {
    throw frontendErrors.strategyNotAllowed(strategy);
  }
  const invited = invitedFields(ctx);
  const fields = await givenFields(ctx);
  const done = store.transact((tx) => {
    // Starting again replaces the attempt that was not finished.
    if (client.signUpId !== null) tx.remove('signUps', client.signUpId);
    const created = tx.insert('signUps', {
      id: newId('signUp', now),
      clientId: client.id,
      status: 'missing_requirements',
      emailAddress: null,
      emailVerification: null,
      username: null,
      firstName: null,
      lastName: null,
      locale: null,
      passwordHash: null,
      unsafeMetadata: {},
      invitationId: null,
      createdUserId: null,
      createdSessionId: null,
      legalAcceptedAt: null,
      abandonAt: now + attemptAbandonMs,
      createdAt: now,
      updatedAt: now,
      ...fields,
      ...invited,
    });
    tx.update('clients', client.id, { signUpId: created.id });
    return settle(tx, ctx, created);
  }, originOf(ctx));
  return piggybacked(ctx, client.id, signUpResource(done));
}

/** Turns a sign-up that has everything into a person; others stay as they are. */
function settle(tx: ClerkTransaction, ctx: RequestContext, signUp: SignUpEntity): SignUpEntity {
  const { missing, unverified } = signUpNeeds(signUp);
  if (missing.length + unverified.length > 0) return signUp;
  return completeSignUp(tx, ctx, signUp);
}

async function updateSignUp(ctx: RequestContext) {
  const { client, signUp } = requireSignUp(ctx);
  if (signUp.status === 'complete') throw frontendErrors.sessionExists();
  const fields = await givenFields(ctx);
  const changesEmail =
    fields.emailAddress !== undefined && fields.emailAddress !== signUp.emailAddress;
  const done = ctx.services.store.transact((tx) => {
    // Another address has to be proven anew, and was not invited.
    const reset = changesEmail && { emailVerification: null, invitationId: null };
    const patch = { ...fields, ...reset };
    return settle(tx, ctx, tx.update('signUps', signUp.id, patch));
  }, originOf(ctx));
  return piggybacked(ctx, client.id, signUpResource(done));
}

function prepareVerification(ctx: RequestContext) {
  const { client, signUp } = requireSignUp(ctx);
  const strategy = requiredText(ctx, 'strategy');
  if (strategy !== 'email_code') throw frontendErrors.strategyNotAllowed(strategy);
  const { emailAddress } = signUp;
  if (emailAddress === null) throw frontendErrors.missing('email_address');
  if (signUp.emailVerification?.status === 'verified') throw frontendErrors.alreadyVerified();
  const nowMs = ctx.services.clock.now();
  const done = ctx.services.store.transact((tx) => {
    const request = { strategy, email: emailAddress, kind: 'verification_code', nowMs } as const;
    return tx.update('signUps', signUp.id, { emailVerification: sendCode(tx, request) });
  });
  return piggybacked(ctx, client.id, signUpResource(done));
}

function attemptVerification(ctx: RequestContext) {
  const { client, signUp } = requireSignUp(ctx);
  const strategy = requiredText(ctx, 'strategy');
  if (strategy !== 'email_code') throw frontendErrors.strategyNotAllowed(strategy);
  const { store, clock } = ctx.services;
  const outcome = attemptCode(signUp.emailVerification, requiredText(ctx, 'code'), clock.now());
  if (outcome.kind === 'refused') {
    store.transact((tx) =>
      tx.update('signUps', signUp.id, { emailVerification: outcome.verification }),
    );
    throw outcome.error;
  }
  const done = store.transact((tx) => {
    const patch = { emailVerification: outcome.verification };
    return settle(tx, ctx, tx.update('signUps', signUp.id, patch));
  }, originOf(ctx));
  return piggybacked(ctx, client.id, signUpResource(done));
}

export const signUpRoutes: readonly Route[] = [
  frontendRoute('POST', '/v1/client/sign_ups', createSignUp),
  frontendRoute('GET', '/v1/client/sign_ups/:signUpId', (ctx) => {
    const { client, signUp } = requireSignUp(ctx);
    return piggybacked(ctx, client.id, signUpResource(signUp));
  }),
  frontendRoute('PATCH', '/v1/client/sign_ups/:signUpId', updateSignUp),
  frontendRoute('POST', '/v1/client/sign_ups/:signUpId/prepare_verification', prepareVerification),
  frontendRoute('POST', '/v1/client/sign_ups/:signUpId/attempt_verification', attemptVerification),
];
