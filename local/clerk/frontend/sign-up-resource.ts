import { verificationResource } from '../resources/verification';
import type { SignUpEntity } from '../store/types';

/** What a sign-up still needs: fields that are not given, and given ones that are not proven. */
export function signUpNeeds(signUp: SignUpEntity) {
  const missing = [
    ...(signUp.emailAddress === null ? ['email_address'] : []),
    ...(signUp.passwordHash === null ? ['password'] : []),
  ];
  const emailProven = signUp.emailVerification?.status === 'verified';
  const unverified = signUp.emailAddress !== null && !emailProven ? ['email_address'] : [];
  return { missing, unverified };
}

/** `Client.SignUp`. */
export function signUpResource(signUp: SignUpEntity) {
  const { missing, unverified } = signUpNeeds(signUp);
  return {
    object: 'sign_up_attempt',
    id: signUp.id,
    status: signUp.status,
    required_fields: ['email_address', 'password'],
    optional_fields: ['first_name', 'last_name'],
    missing_fields: missing,
    unverified_fields: unverified,
    verifications: {
      email_address: emailVerification(signUp),
      phone_number: null,
      web3_wallet: null,
      external_account: null,
    },
    username: signUp.username,
    email_address: signUp.emailAddress,
    phone_number: null,
    web3_wallet: null,
    password_enabled: signUp.passwordHash !== null,
    first_name: signUp.firstName,
    last_name: signUp.lastName,
    unsafe_metadata: signUp.unsafeMetadata,
    public_metadata: {},
    custom_action: false,
    external_id: null,
    created_session_id: signUp.createdSessionId,
    created_user_id: signUp.createdUserId,
    abandon_at: signUp.abandonAt,
    legal_accepted_at: signUp.legalAcceptedAt,
  };
}

/** Null until a code was asked for: upon an unverified one the UI would not ask for the first. */
function emailVerification(signUp: SignUpEntity) {
  const verification = signUp.emailVerification;
  if (!verification) return null;
  return {
    ...verificationResource(verification),
    next_action: verification.status === 'verified' ? '' : 'needs_attempt',
    supported_strategies: ['email_code'],
  };
}
