/**
 * What the local Clerk remembers. Entities are stored as JSON; times are milliseconds since the
 * epoch. `local/clerk/resources/` turns them into the shapes that Clerk puts on the wire.
 */
export type JsonValue =
  null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };

export type Metadata = Record<string, JsonValue>;

interface Timestamps {
  createdAt: number;
  updatedAt: number;
}

export type VerificationStrategy =
  'email_code' | 'phone_code' | 'password' | 'ticket' | 'admin' | 'reset_password_email_code';

export type VerificationStatus = 'unverified' | 'verified' | 'failed' | 'expired' | 'transferable';

/** One attempt to prove something: an email code, a password. */
export interface Verification {
  strategy: VerificationStrategy;
  status: VerificationStatus;
  attempts: number;
  expireAt: number | null;
  /** The code that was "sent"; never leaves the store except through the mail outbox. */
  code?: string;
  /** What is verified, where the strategy needs it: an email address id, or the address itself. */
  subject?: string;
  errorCode?: string;
}

export interface EmailAddressEntity extends Timestamps {
  id: string;
  emailAddress: string;
  verification: Verification | null;
  reserved: boolean;
}

export interface PhoneNumberEntity extends Timestamps {
  id: string;
  phoneNumber: string;
  verification: Verification | null;
  reserved: boolean;
}

export interface UserEntity extends Timestamps {
  id: string;
  externalId: string | null;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  locale: string | null;
  imageUrl: string;
  hasImage: boolean;
  emails: EmailAddressEntity[];
  primaryEmailId: string | null;
  phones: PhoneNumberEntity[];
  primaryPhoneId: string | null;
  /** `scrypt$N$r$p$salt$hash`, see `passwords.ts`. */
  passwordHash: string | null;
  passwordUpdatedAt: number | null;
  publicMetadata: Metadata;
  privateMetadata: Metadata;
  unsafeMetadata: Metadata;
  banned: boolean;
  locked: boolean;
  /** When a lock ends by itself; null: only by `unlock`. */
  lockedUntil: number | null;
  failedAttempts: number;
  lastSignInAt: number | null;
  lastActiveAt: number | null;
  legalAcceptedAt: number | null;
  deleteSelfEnabled: boolean;
  createOrganizationEnabled: boolean;
  createOrganizationsLimit: number | null;
}

export type SessionStatus =
  'active' | 'revoked' | 'ended' | 'expired' | 'removed' | 'abandoned' | 'replaced' | 'pending';

export interface SessionActivity {
  id: string;
  deviceType: string | null;
  isMobile: boolean;
  browserName: string | null;
  browserVersion: string | null;
  ipAddress: string | null;
}

export interface SessionEntity extends Timestamps {
  id: string;
  userId: string;
  clientId: string;
  status: SessionStatus;
  lastActiveAt: number;
  lastActiveOrganizationId: string | null;
  expireAt: number;
  abandonAt: number;
  /** When the first factor was last proven; the `fva` claim counts minutes from here. */
  firstFactorVerifiedAt: number;
  activity: SessionActivity | null;
}

/** One browser, known by its `__client` cookie or its dev-browser token. */
export interface ClientEntity extends Timestamps {
  id: string;
  /** Value of `__clerk_db_jwt`; indexed. */
  devBrowserToken: string | null;
  /** Value that the `__client` cookie carries; indexed. */
  cookieToken: string | null;
  lastActiveSessionId: string | null;
  signInId: string | null;
  signUpId: string | null;
}

export interface SignInEntity extends Timestamps {
  id: string;
  clientId: string;
  status:
    | 'needs_identifier'
    | 'needs_first_factor'
    | 'needs_second_factor'
    | 'needs_new_password'
    | 'complete'
    | 'abandoned';
  identifier: string | null;
  userId: string | null;
  firstFactor: Verification | null;
  createdSessionId: string | null;
  abandonAt: number;
}

export interface SignUpEntity extends Timestamps {
  id: string;
  clientId: string;
  status: 'missing_requirements' | 'complete' | 'abandoned';
  emailAddress: string | null;
  emailVerification: Verification | null;
  username: string | null;
  firstName: string | null;
  lastName: string | null;
  locale: string | null;
  passwordHash: string | null;
  unsafeMetadata: Metadata;
  /** Set when the sign-up came through an invitation's ticket. */
  invitationId: string | null;
  createdUserId: string | null;
  createdSessionId: string | null;
  legalAcceptedAt: number | null;
  abandonAt: number;
}

export interface OrganizationEntity extends Timestamps {
  id: string;
  name: string;
  slug: string;
  imageUrl: string;
  hasImage: boolean;
  maxAllowedMemberships: number;
  adminDeleteEnabled: boolean;
  publicMetadata: Metadata;
  privateMetadata: Metadata;
  createdBy: string | null;
}

export interface MembershipEntity extends Timestamps {
  id: string;
  organizationId: string;
  userId: string;
  /** `org:admin`, `org:member`. */
  role: string;
  publicMetadata: Metadata;
  privateMetadata: Metadata;
}

export type InvitationStatus = 'pending' | 'accepted' | 'revoked' | 'expired';

/** An invitation to the application. */
export interface InvitationEntity extends Timestamps {
  id: string;
  emailAddress: string;
  status: InvitationStatus;
  publicMetadata: Metadata;
  redirectUrl: string | null;
  ticket: string;
  expiresAt: number | null;
}

export interface OrganizationInvitationEntity extends Timestamps {
  id: string;
  organizationId: string;
  emailAddress: string;
  role: string;
  inviterId: string | null;
  status: InvitationStatus;
  publicMetadata: Metadata;
  privateMetadata: Metadata;
  redirectUrl: string | null;
  ticket: string;
  expiresAt: number | null;
}

/** A message that the real Clerk would have sent by email. */
export interface MailEntity extends Timestamps {
  id: string;
  /** Lower case. */
  to: string;
  kind: 'verification_code' | 'reset_password_code' | 'invitation' | 'organization_invitation';
  subject: string;
  code: string | null;
  url: string | null;
}

/** Every kind of entity by the name of its table. */
export interface Entities {
  users: UserEntity;
  sessions: SessionEntity;
  clients: ClientEntity;
  signIns: SignInEntity;
  signUps: SignUpEntity;
  organizations: OrganizationEntity;
  memberships: MembershipEntity;
  invitations: InvitationEntity;
  organizationInvitations: OrganizationInvitationEntity;
  mails: MailEntity;
}

export type TableName = keyof Entities;
