import { lockoutMs, verificationAttemptsMax } from '../actions/lockout';
import { endSessionsOf } from '../actions/sessions';
import type { RequestContext } from '../http/router';
import { hashPassword, verifyPassword } from '../passwords';
import type { ClerkTransaction } from '../store/clerk-store';
import type { ClientEntity, SignInEntity, UserEntity, Verification } from '../store/types';
import { piggybacked } from './client-resource';
import { frontendErrors } from './errors';
import { requiredText, text } from './form';
import { assertPasswordAllowed } from '../actions/passwords';
import { assertMaySignIn, requireSignIn } from './sign-in-attempt';
import { originOf } from '../backend/origin';
import { startSession } from './sign-in-completion';
import { signInResource, supportedFirstFactors } from './sign-in-resource';
import { attemptCode, sendCode } from './verifications';

interface Attempt {
  client: ClientEntity;
  signIn: SignInEntity;
  user: UserEntity;
}

/** The attempt the path names, with its person, who may still sign in. */
function requireAttempt(ctx: RequestContext): Attempt {
  const { client, signIn } = requireSignIn(ctx);
  if (signIn.status === 'complete') throw frontendErrors.sessionExists();
  const user = signIn.userId === null ? null : ctx.services.store.get('users', signIn.userId);
  if (!user) throw frontendErrors.identifierNotFound();
  assertMaySignIn(user, ctx.services.clock.now());
  return { client, signIn, user };
}

/** Sends a code to the address chosen among the sign-in's factors. */
export function prepareFirstFactor(ctx: RequestContext, strategy: string) {
  const { client, signIn, user } = requireAttempt(ctx);
  if (strategy !== 'email_code' && strategy !== 'reset_password_email_code') {
    throw frontendErrors.strategyNotAllowed(strategy);
  }
  const wanted = text(ctx, 'email_address_id') ?? user.primaryEmailId;
  const offered = supportedFirstFactors(user).some(
    (factor) => 'email_address_id' in factor && factor.email_address_id === wanted,
  );
  const email = user.emails.find((each) => each.id === wanted);
  if (!offered || !email) throw frontendErrors.resourceNotFound('Email address');
  const updated = ctx.services.store.transact((tx) => {
    const firstFactor = sendCode(tx, {
      strategy,
      email: email.emailAddress,
      subject: email.id,
      kind: strategy === 'email_code' ? 'verification_code' : 'reset_password_code',
      nowMs: ctx.services.clock.now(),
    });
    return tx.update('signIns', signIn.id, { firstFactor });
  });
  return piggybacked(ctx, client.id, signInResource(ctx, updated));
}

export function attemptFirstFactor(ctx: RequestContext, strategy: string) {
  const attempt = requireAttempt(ctx);
  if (strategy === 'password') return attemptPassword(ctx, attempt);
  if (strategy === 'email_code' || strategy === 'reset_password_email_code') {
    return attemptEmailCode(ctx, attempt, strategy);
  }
  throw frontendErrors.strategyNotAllowed(strategy);
}

async function attemptPassword(ctx: RequestContext, attempt: Attempt) {
  const password = requiredText(ctx, 'password');
  if (attempt.user.passwordHash === null) throw frontendErrors.verificationStrategyInvalid();
  if (!(await verifyPassword(password, attempt.user.passwordHash))) {
    throw countFailure(ctx, attempt);
  }
  return complete(ctx, attempt, { strategy: 'password' });
}

/** Counts a wrong password or code against the account; enough of them lock it for a while. */
function countFailure(ctx: RequestContext, { user }: Attempt): Error {
  const now = ctx.services.clock.now();
  return ctx.services.store.transact((tx) => {
    const current = tx.get('users', user.id) ?? user;
    // A lock that has run out gives the full number of attempts again.
    const lockOver = current.lockedUntil !== null && current.lockedUntil <= now;
    const failedAttempts = (lockOver ? 0 : current.failedAttempts) + 1;
    const locked = failedAttempts >= verificationAttemptsMax;
    const closing = locked && { locked, lockedUntil: now + lockoutMs };
    tx.update('users', user.id, { failedAttempts, ...closing });
    return locked
      ? frontendErrors.userLocked(lockoutMs / 1000)
      : frontendErrors.passwordIncorrect();
  }, originOf(ctx));
}

function attemptEmailCode(
  ctx: RequestContext,
  attempt: Attempt,
  strategy: 'email_code' | 'reset_password_email_code',
) {
  const { client, signIn } = attempt;
  if (signIn.firstFactor && signIn.firstFactor.strategy !== strategy) {
    throw frontendErrors.verificationStrategyInvalid();
  }
  const code = requiredText(ctx, 'code');
  const outcome = attemptCode(signIn.firstFactor, code, ctx.services.clock.now());
  const firstFactor = outcome.verification;
  if (outcome.kind === 'refused') {
    ctx.services.store.transact((tx) => tx.update('signIns', signIn.id, { firstFactor }));
    throw outcome.error;
  }
  if (strategy === 'email_code') return complete(ctx, attempt, firstFactor);
  const proven = ctx.services.store.transact((tx) =>
    tx.update('signIns', signIn.id, { firstFactor, status: 'needs_new_password' }),
  );
  if (text(ctx, 'password') !== undefined) return resetPassword(ctx);
  return piggybacked(ctx, client.id, signInResource(ctx, proven));
}

/** The last step of "forgot password": a new password, and the person is signed in. */
export async function resetPassword(ctx: RequestContext) {
  const attempt = requireAttempt(ctx);
  if (attempt.signIn.status !== 'needs_new_password') throw frontendErrors.verificationMissing();
  const password = requiredText(ctx, 'password');
  assertPasswordAllowed(password);
  const passwordHash = await hashPassword(password);
  const everywhere = text(ctx, 'sign_out_of_other_sessions') === 'true';
  return complete(ctx, attempt, attempt.signIn.firstFactor ?? {}, (tx) => {
    const passwordUpdatedAt = ctx.services.clock.now();
    tx.update('users', attempt.user.id, { passwordHash, passwordUpdatedAt });
    if (everywhere) endSessionsOf(tx, attempt.user.id, 'revoked');
  });
}

function complete(
  ctx: RequestContext,
  { client, signIn, user }: Attempt,
  proven: Partial<Verification>,
  alongside?: (tx: ClerkTransaction) => void,
) {
  const done = ctx.services.store.transact((tx) => {
    alongside?.(tx);
    // Read again: a ban may have come while the password was being checked.
    const current = tx.get('users', user.id);
    if (!current) throw frontendErrors.identifierNotFound();
    assertMaySignIn(current, ctx.services.clock.now());
    const session = startSession(tx, ctx, { clientId: client.id, user: current });
    const { code: _spent, ...rest } = proven;
    const firstFactor: Verification = {
      strategy: 'password',
      attempts: 1,
      expireAt: null,
      ...rest,
      status: 'verified',
    };
    return tx.update('signIns', signIn.id, {
      status: 'complete',
      firstFactor,
      createdSessionId: session.id,
    });
  }, originOf(ctx));
  return piggybacked(ctx, client.id, signInResource(ctx, done));
}
