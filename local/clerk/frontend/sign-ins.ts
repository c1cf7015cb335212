import { parseEmailAddress } from '../actions/identifiers';
import { newId } from '../ids';
import type { RequestContext, Route } from '../http/router';
import type { UserEntity } from '../store/types';
import { liveSessions, requireClient } from './caller';
import { piggybacked } from './client-resource';
import { frontendErrors } from './errors';
import { requiredText, text } from './form';
import { frontendRoute } from './frontend-route';
import { attemptFirstFactor, prepareFirstFactor, resetPassword } from './first-factors';
import { assertMaySignIn, attemptAbandonMs, requireSignIn } from './sign-in-attempt';
import { signInResource } from './sign-in-resource';

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
  if (strategy === 'ticket') throw frontendErrors.ticketInvalid();
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
    const created = tx.insert('signIns', {
      id: newId('signIn', now),
      clientId: client.id,
      status: user ? 'needs_first_factor' : 'needs_identifier',
      identifier: identifier?.trim().toLowerCase() ?? null,
      userId: user?.id ?? null,
      firstFactor: null,
      createdSessionId: null,
      abandonAt: now + attemptAbandonMs,
      createdAt: now,
      updatedAt: now,
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
