import { isLocked, verificationAttemptsMax } from '../actions/lockout';
import { primaryEmailOf } from '../store/table-specs';
import type { UserEntity } from '../store/types';
import { emailAddressResource, phoneNumberResource } from './verification';
import { absoluteUrl, type View } from './view';

/** A user as both APIs and the `user.*` webhooks show it. */
export function userResource(user: UserEntity, view: View): Record<string, unknown> {
  const imageUrl = absoluteUrl(user.imageUrl, view);
  return {
    id: user.id,
    object: 'user',
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    locale: user.locale,
    image_url: imageUrl,
    profile_image_url: imageUrl,
    has_image: user.hasImage,
    primary_email_address_id: user.primaryEmailId,
    primary_phone_number_id: user.primaryPhoneId,
    primary_web3_wallet_id: null,
    email_addresses: user.emails.map(emailAddressResource),
    phone_numbers: user.phones.map(phoneNumberResource),
    ...absentFactors,
    password_enabled: user.passwordHash !== null,
    password_last_updated_at: user.passwordUpdatedAt,
    external_id: user.externalId,
    public_metadata: user.publicMetadata,
    ...(view.audience === 'backend' && { private_metadata: user.privateMetadata }),
    unsafe_metadata: user.unsafeMetadata,
    last_sign_in_at: user.lastSignInAt,
    last_active_at: user.lastActiveAt,
    legal_accepted_at: user.legalAcceptedAt,
    banned: user.banned,
    ...lockFields(user, view),
    delete_self_enabled: user.deleteSelfEnabled,
    create_organization_enabled: user.createOrganizationEnabled,
    ...(user.createOrganizationsLimit !== null && {
      create_organizations_limit: user.createOrganizationsLimit,
    }),
    created_at: user.createdAt,
    updated_at: user.updatedAt,
  };
}

/** What the local Clerk does not offer; the real one says so with the same empty values. */
const absentFactors = {
  web3_wallets: [],
  passkeys: [],
  external_accounts: [],
  saml_accounts: [],
  enterprise_accounts: [],
  two_factor_enabled: false,
  totp_enabled: false,
  backup_code_enabled: false,
  mfa_enabled_at: null,
  mfa_disabled_at: null,
} as const;

function lockFields(user: UserEntity, view: View) {
  const locked = isLocked(user, view.now);
  const lasts = locked && user.lockedUntil !== null;
  return {
    locked,
    lockout_expires_in_seconds: lasts
      ? Math.ceil(((user.lockedUntil ?? view.now) - view.now) / 1000)
      : null,
    verification_attempts_remaining: locked
      ? 0
      : Math.max(0, verificationAttemptsMax - user.failedAttempts),
  };
}

/** What other people may see of a user: memberships and sessions embed it. */
export function publicUserData(user: UserEntity, view: View): Record<string, unknown> {
  const imageUrl = absoluteUrl(user.imageUrl, view);
  return {
    user_id: user.id,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: imageUrl,
    profile_image_url: imageUrl,
    has_image: user.hasImage,
    identifier: primaryEmailOf(user) ?? user.username ?? '',
    ...(view.audience === 'backend' && { username: user.username, banned: user.banned }),
  };
}
