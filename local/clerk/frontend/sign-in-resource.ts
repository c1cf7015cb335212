import type { RequestContext } from '../http/router';
import type { SignInEntity, UserEntity } from '../store/types';
import { publicUserData } from '../resources/user';
import { verificationResource } from '../resources/verification';
import { viewOf } from '../resources/view';

/** The ways in which a person may prove who they are; the UI offers exactly these. */
export function supportedFirstFactors(user: UserEntity) {
  const verified = user.emails.filter((email) => email.verification?.status === 'verified');
  const byCode = (strategy: 'email_code' | 'reset_password_email_code') =>
    verified.map((email) => ({
      strategy,
      safe_identifier: email.emailAddress,
      email_address_id: email.id,
      primary: email.id === user.primaryEmailId,
    }));
  const hasPassword = user.passwordHash !== null;
  return [
    ...(hasPassword ? [{ strategy: 'password' }] : []),
    ...byCode('email_code'),
    ...(hasPassword ? byCode('reset_password_email_code') : []),
  ];
}

/** `Client.SignIn`. */
export function signInResource(ctx: RequestContext, signIn: SignInEntity) {
  const user = signIn.userId === null ? null : ctx.services.store.get('users', signIn.userId);
  return {
    object: 'sign_in_attempt',
    id: signIn.id,
    status: signIn.status,
    supported_identifiers: ['email_address'],
    supported_first_factors: user ? supportedFirstFactors(user) : [],
    supported_second_factors: [],
    first_factor_verification: verificationResource(signIn.firstFactor),
    second_factor_verification: null,
    identifier: signIn.identifier,
    user_data: user && userData(ctx, user),
    created_session_id: signIn.createdSessionId,
    abandon_at: signIn.abandonAt,
  };
}

function userData(ctx: RequestContext, user: UserEntity) {
  const { first_name, last_name, image_url, has_image, profile_image_url } = publicUserData(
    user,
    viewOf(ctx.services, 'frontend'),
  );
  return { first_name, last_name, image_url, has_image, profile_image_url };
}
