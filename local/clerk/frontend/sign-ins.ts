import { parseEmailAddress } from '../actions/identifiers';
import { originOf } from '../backend/origin';
import { newId } from '../ids';
import type { RequestContext, Route } from '../http/router';
import type { ClientEntity, SignInEntity, UserEntity } from '../store/types';
import { liveSessions, requireClient } from './caller';
import { piggybacked } from './client-resource';
import { frontendErrors } from './errors';
import { requiredText, text } from './form';
import { frontendRoute } from './frontend-route';
import { attemptFirstFactor, prepareFirstFactor, resetPassword } from './first-factors';
import { assertMaySignIn, attemptAbandonMs, requireSignIn } from './sign-in-attempt';
import { startSession } from './sign-in-completion';
import { signInResource } from './sign-in-resource';
import { acceptInvitation, requireTicket } from './tickets';

/** The person an identifier names; throws what the sign-in form shows beside the field. */
function findByIdentifier(ctx: RequestContext, identifier: string): UserEntity {
  const user = ctx.services.store.userByEmail(parseEmailAddress(identifier, 'identifier'));
  if (!user) throw frontendErrors.identifierNotFound();
  return user;
}

async function createSignIn(ctx: RequestContext) {
  const { store, clock } = ctx.services;
  const client = requireClient(ctx);
  const now = clock.now();
  if (liveSessions(store, client, now).length > 0) throw frontendErrors.sessionExists();
  const strategy = text(ctx, 'strategy');
  if (strategy === 'ticket') return signInByTicket(ctx, client);
  if (
    strategy !== undefined &&
    !['password', 'email_code', 'reset_password_email_code'].includes(strategy)
  ) {
    throw frontendErrors.strategyNotAllowed(strategy);
  }
  const identifier = text(ctx, 'identifier');
  const user = identifier === undefined ? null : findByIdentifier(ctx, identifier);
  if (user) assertMaySignIn(user, now);
  const signIn = store.transact((tx) => {
    // Starting again replaces the attempt that was not finished.
    if (client.signInId !== null) tx.remove('signIns', client.signInId);
    const created = tx.insert('signIns', {
      ...newSignIn(client, now),
      status: user ? 'needs_first_factor' : 'needs_identifier',
      identifier: identifier?.trim().toLowerCase() ?? null,
      userId: user?.id ?? null,
    });
    tx.update('clients', client.id, { signInId: created.id });
    return created;
  });
  ctx.params.signInId = signIn.id;
  if (user && text(ctx, 'password') !== undefined) return attemptFirstFactor(ctx, 'password');
  if (user && strategy !== undefined && strategy !== 'password') {
    return prepareFirstFactor(ctx, strategy);
  }
  return piggybacked(ctx, client.id, signInResource(ctx, signIn));
}

/** An invitation to an organization lets somebody with an account in, and makes them a member. */
function signInByTicket(ctx: RequestContext, client: ClientEntity) {
  const { store, clock } = ctx.services;
  const nowMs = clock.now();
  const invited = requireTicket(ctx, requiredText(ctx, 'ticket'));
  const user = findByIdentifier(ctx, invited.invitation.emailAddress);
  assertMaySignIn(user, nowMs);
  const signIn = store.transact((tx) => {
    acceptInvitation(tx, invited, { userId: user.id, nowMs });
    const session = startSession(tx, ctx, { clientId: client.id, user });
    const proven = { strategy: 'ticket', status: 'verified', attempts: 1, expireAt: null } as const;
    return tx.insert('signIns', {
      ...newSignIn(client, nowMs),
      status: 'complete',
      identifier: invited.invitation.emailAddress,
      userId: user.id,
      firstFactor: proven,
      createdSessionId: session.id,
    });
  }, originOf(ctx));
  return piggybacked(ctx, client.id, signInResource(ctx, signIn));
}

function newSignIn(client: ClientEntity, now: number): SignInEntity {
  return {
    id: newId('signIn', now),
    clientId: client.id,
    status: 'needs_identifier',
    identifier: null,
    userId: null,
    firstFactor: null,
    createdSessionId: null,
    abandonAt: now + attemptAbandonMs,
    createdAt: now,
    updatedAt: now,
  };
}

export const signInRoutes: readonly Route[] = [
  frontendRoute('POST', '/v1/client/sign_ins', createSignIn),
  frontendRoute('GET', '/v1/client/sign_ins/:signInId', (ctx) => {
    const { client, signIn } = requireSignIn(ctx);
    return piggybacked(ctx, client.id, signInResource(ctx, signIn));
  }),
  frontendRoute('POST', '/v1/client/sign_ins/:signInId/prepare_first_factor', (ctx) =>
    prepareFirstFactor(ctx, requiredText(ctx, 'strategy')),
  ),
  frontendRoute('POST', '/v1/client/sign_ins/:signInId/attempt_first_factor', (ctx) =>
    attemptFirstFactor(ctx, requiredText(ctx, 'strategy')),
  ),
  frontendRoute('POST', '/v1/client/sign_ins/:signInId/reset_password', resetPassword),
];
