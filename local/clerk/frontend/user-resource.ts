import type { RequestContext } from '../http/router';
import type {
  EmailAddressEntity,
  MembershipEntity,
  OrganizationEntity,
  UserEntity,
  Verification,
} from '../store/types';
import { lockoutPolicy } from './environment';

/** `Client.User` and its parts, as Clerk's Frontend API OpenAPI has them. */
export function emailAddressResource(email: EmailAddressEntity) {
  return {
    id: email.id,
    object: 'email_address',
    email_address: email.emailAddress,
    reserved: email.reserved,
    verification: email.verification && verificationResource(email.verification),
    linked_to: [],
    matches_sso_connection: false,
    created_at: email.createdAt,
    updated_at: email.updatedAt,
  };
}

const verificationObjects = {
  email_code: 'verification_otp',
  phone_code: 'verification_otp',
  reset_password_email_code: 'verification_otp',
  password: 'verification_password',
  ticket: 'verification_ticket',
  admin: 'verification_admin',
} as const;

export function verificationResource(verification: Verification) {
  const { strategy, status, attempts, expireAt } = verification;
  const isCode = verificationObjects[strategy] === 'verification_otp';
  return {
    object: verificationObjects[strategy],
    status,
    strategy,
    attempts,
    // A code always expires; 0 stands for one that was proven some other way.
    expire_at: isCode ? (expireAt ?? 0) : expireAt,
  };
}

/** What the user shows of a lock: whether it still holds at `nowMs`, and what is left. */
export function lockState(user: UserEntity, nowMs: number) {
  const locked = user.locked && (user.lockedUntil === null || user.lockedUntil > nowMs);
  const remainingS =
    locked && user.lockedUntil !== null ? Math.ceil((user.lockedUntil - nowMs) / 1000) : null;
  const attemptsLeft = locked ? 0 : Math.max(0, lockoutPolicy.maxAttempts - user.failedAttempts);
  return { locked, remainingS, attemptsLeft };
}

export function userResource(ctx: RequestContext, user: UserEntity) {
  const lock = lockState(user, ctx.services.clock.now());
  return {
    id: user.id,
    object: 'user',
    username: user.username,
    first_name: user.firstName,
    last_name: user.lastName,
    image_url: user.imageUrl,
    profile_image_url: user.imageUrl,
    has_image: user.hasImage,
    primary_email_address_id: user.primaryEmailId,
    primary_phone_number_id: user.primaryPhoneId,
    primary_web3_wallet_id: null,
    password_enabled: user.passwordHash !== null,
    two_factor_enabled: false,
    totp_enabled: false,
    backup_code_enabled: false,
    email_addresses: user.emails.map(emailAddressResource),
    phone_numbers: [],
    web3_wallets: [],
    passkeys: [],
    organization_memberships: membershipResources(ctx, user),
    external_accounts: [],
    saml_accounts: [],
    password_last_updated_at: user.passwordUpdatedAt,
    public_metadata: user.publicMetadata,
    unsafe_metadata: user.unsafeMetadata,
    external_id: user.externalId,
    last_sign_in_at: user.lastSignInAt,
    banned: user.banned,
    locked: lock.locked,
    lockout_expires_in_seconds: lock.remainingS,
    verification_attempts_remaining: lock.attemptsLeft,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    delete_self_enabled: user.deleteSelfEnabled,
    create_organization_enabled: user.createOrganizationEnabled,
    last_active_at: user.lastActiveAt,
    mfa_enabled_at: null,
    mfa_disabled_at: null,
    legal_accepted_at: user.legalAcceptedAt,
  };
}

/** Clerk sends at most this many memberships inside a user. */
const membershipsMax = 100;

function membershipResources(ctx: RequestContext, user: UserEntity) {
  const { store } = ctx.services;
  return store
    .find('memberships', { userId: user.id }, { limit: membershipsMax })
    .flatMap((membership) => {
      const organization = store.get('organizations', membership.organizationId);
      return organization ? [membershipResource(membership, organization)] : [];
    });
}

function membershipResource(membership: MembershipEntity, organization: OrganizationEntity) {
  const isAdmin = membership.role === 'org:admin';
  return {
    id: membership.id,
    object: 'organization_membership',
    public_metadata: membership.publicMetadata,
    role: membership.role,
    role_name: isAdmin ? 'Admin' : 'Member',
    permissions: isAdmin ? adminPermissions : memberPermissions,
    created_at: membership.createdAt,
    updated_at: membership.updatedAt,
    organization: {
      id: organization.id,
      object: 'organization',
      name: organization.name,
      slug: organization.slug,
      image_url: organization.imageUrl,
      has_image: organization.hasImage,
      max_allowed_memberships: organization.maxAllowedMemberships,
      admin_delete_enabled: organization.adminDeleteEnabled,
      public_metadata: organization.publicMetadata,
      created_at: organization.createdAt,
      updated_at: organization.updatedAt,
    },
  };
}

const memberPermissions = ['org:sys_memberships:read'];
const adminPermissions = [
  'org:sys_profile:manage',
  'org:sys_profile:delete',
  'org:sys_memberships:read',
  'org:sys_memberships:manage',
  'org:sys_domains:read',
  'org:sys_domains:manage',
];

/** The address a person is known by: the primary one, else the first, else the id. */
export function identifierOf(user: UserEntity): string {
  const primary = user.emails.find((email) => email.id === user.primaryEmailId);
  return (primary ?? user.emails[0])?.emailAddress ?? user.username ?? user.id;
}
