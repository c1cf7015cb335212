import { lockoutMs } from '../actions/lockout';
import { assertMetadataFits } from '../actions/metadata';
import {
  assertEmailFree,
  identifierTaken,
  newEmailAddress,
  newPhoneNumber,
  parseEmailAddress,
  parsePhoneNumber,
} from '../actions/identifiers';
import { assertPasswordAllowed } from '../actions/passwords';
import { newUser } from '../actions/users';
import { ClerkError, invalidParam } from '../http/clerk-error';
import type { Reply, RequestContext } from '../http/router';
import { hashPassword } from '../passwords';
import { userResource } from '../resources/user';
import { viewOf } from '../resources/view';
import type { ClerkReader } from '../store/clerk-store';
import type { EmailAddressEntity, PhoneNumberEntity, UserEntity } from '../store/types';
import { originOf } from './origin';
import { allowOnly, flag, metadata, nameText, text, texts, time, whole } from './params';

const fields = [
  'external_id',
  'first_name',
  'last_name',
  'locale',
  'email_address',
  'email_address_identification_status',
  'phone_number',
  'phone_number_identification_status',
  'web3_wallet',
  'username',
  'password',
  'password_digest',
  'password_hasher',
  'skip_password_checks',
  'skip_password_requirement',
  'totp_secret',
  'backup_codes',
  'public_metadata',
  'private_metadata',
  'unsafe_metadata',
  'delete_self_enabled',
  'legal_accepted_at',
  'skip_legal_checks',
  'skip_user_requirement',
  'create_organization_enabled',
  'create_organizations_limit',
  'created_at',
  'bypass_client_trust',
  'banned',
  'locked',
] as const;

/** Parts of Clerk that this stand-in does not have; pretending to accept them would mislead. */
const unsupported = ['password_digest', 'totp_secret', 'backup_codes', 'web3_wallet'] as const;

export async function createUser(ctx: RequestContext): Promise<Reply> {
  const { body, services } = ctx;
  allowOnly(body, fields);
  refuseUnsupported(body);
  const now = services.clock.now();
  const password = passwordOf(body);
  const draft = draftOf(body, now);
  const passwordHash = password === null ? null : await hashPassword(password);
  const user = services.store.transact((tx) => {
    for (const email of draft.emails) assertEmailFree(tx, email.emailAddress);
    assertUnique(tx, draft);
    return tx.insert('users', {
      ...draft,
      passwordHash,
      passwordUpdatedAt: passwordHash === null ? null : now,
    });
  }, originOf(ctx));
  return { json: userResource(user, viewOf(services, 'backend')) };
}

export function refuseUnsupported(body: Record<string, unknown>): void {
  const given = unsupported.filter((name) => {
    const value = body[name];
    return Array.isArray(value) ? value.length > 0 : value !== undefined && value !== null;
  });
  if (given.length === 0) return;
  throw new ClerkError(
    422,
    given.map((name) => ({
      code: 'feature_not_enabled',
      message: 'not enabled',
      longMessage: `The local Clerk does not offer ${name}.`,
      meta: { param_name: name },
    })),
  );
}

function passwordOf(body: Record<string, unknown>): string | null {
  const password = text(body, 'password') ?? null;
  if (password === null) {
    if (flag(body, 'skip_password_requirement') || flag(body, 'skip_user_requirement')) return null;
    throw dataMissing('password');
  }
  if (!flag(body, 'skip_password_checks')) assertPasswordAllowed(password);
  return password;
}

function dataMissing(name: string): ClerkError {
  return new ClerkError(422, {
    code: 'form_data_missing',
    message: 'missing data',
    longMessage: `["${name}"] data doesn't match user requirements set for this instance`,
    meta: { param_names: [name] },
  });
}

function draftOf(body: Record<string, unknown>, now: number): UserEntity {
  const emails = emailsOf(body, now);
  const phones = phonesOf(body, now);
  if (emails.length === 0 && !flag(body, 'skip_user_requirement'))
    throw dataMissing('email_address');
  const createdAt = time(body, 'created_at') ?? now;
  if (createdAt > now) {
    throw invalidParam(
      'created_at',
      'Date values must not be in the future.',
      'form_disallow_future_date',
    );
  }
  const locked = flag(body, 'locked') ?? false;
  return newUser(now, {
    externalId: text(body, 'external_id') || null,
    username: usernameOf(body) ?? null,
    firstName: nameText(body, 'first_name') ?? null,
    lastName: nameText(body, 'last_name') ?? null,
    locale: text(body, 'locale') ?? null,
    emails,
    primaryEmailId: emails[0]?.id ?? null,
    phones,
    primaryPhoneId: phones[0]?.id ?? null,
    ...metadataFieldsOf(body),
    banned: flag(body, 'banned') ?? false,
    locked,
    lockedUntil: locked ? now + lockoutMs : null,
    legalAcceptedAt: time(body, 'legal_accepted_at') ?? null,
    deleteSelfEnabled: flag(body, 'delete_self_enabled') ?? true,
    createOrganizationEnabled: flag(body, 'create_organization_enabled') ?? true,
    createOrganizationsLimit: whole(body, 'create_organizations_limit') ?? null,
    createdAt,
  });
}

function metadataFieldsOf(body: Record<string, unknown>) {
  const read = (name: string) => assertMetadataFits(name, metadata(body, name) ?? {});
  return {
    publicMetadata: read('public_metadata'),
    privateMetadata: read('private_metadata'),
    unsafeMetadata: read('unsafe_metadata'),
  };
}

const usernamePattern = /^[a-z0-9_-]{4,64}$/i;

export function usernameOf(body: Record<string, unknown>): string | null | undefined {
  const username = text(body, 'username');
  if (username === undefined || username === null) return username;
  if (username === '') return null;
  if (!usernamePattern.test(username)) {
    throw invalidParam(
      'username',
      'Username must be between 4 and 64 characters long and can only contain letters, numbers and _ -.',
      'form_username_invalid_character',
    );
  }
  return username.toLowerCase();
}

function emailsOf(body: Record<string, unknown>, now: number): EmailAddressEntity[] {
  const given = texts(body, 'email_address').map((email) => parseEmailAddress(email));
  refuseRepeated('email_address', given);
  const statuses = statusesOf(body, 'email_address', given.length);
  return given.map((email, index) =>
    statuses[index] === 'reserved'
      ? { ...newEmailAddress(email, now, null), reserved: true }
      : newEmailAddress(email, now),
  );
}

function phonesOf(body: Record<string, unknown>, now: number): PhoneNumberEntity[] {
  const given = texts(body, 'phone_number').map((phone) => parsePhoneNumber(phone));
  refuseRepeated('phone_number', given);
  const statuses = statusesOf(body, 'phone_number', given.length);
  return given.map((phone, index) => {
    const entity = newPhoneNumber(phone, now);
    return statuses[index] === 'reserved'
      ? { ...entity, verification: null, reserved: true }
      : entity;
  });
}

function statusesOf(body: Record<string, unknown>, name: string, count: number): string[] {
  const param = `${name}_identification_status`;
  const statuses = texts(body, param);
  if (statuses.some((status) => status !== 'verified' && status !== 'reserved')) {
    throw invalidParam(param, `${param} may only contain verified and reserved.`);
  }
  if (statuses.length > 0 && statuses.length !== count) {
    throw invalidParam(param, `${param} must contain exactly one item per ${name}.`);
  }
  return statuses;
}

function refuseRepeated(name: string, values: string[]): void {
  if (new Set(values).size === values.length) return;
  throw invalidParam(name, `${name} contains the same value twice.`, 'form_param_duplicate');
}

/** The store's unique columns would refuse too, but not in Clerk's words. */
export function assertUnique(
  reader: ClerkReader,
  user: Pick<UserEntity, 'id' | 'externalId' | 'username' | 'phones'>,
): void {
  const { externalId, username } = user;
  if (externalId !== null && taken(reader.first('users', { externalId }), user.id)) {
    throw identifierTaken('external_id', 'external ID');
  }
  if (username !== null && taken(reader.first('users', { username }), user.id)) {
    throw identifierTaken('username', 'username');
  }
  for (const { phoneNumber } of user.phones) {
    const page = { orderBy: 'created_at', descending: false, limit: 1, offset: 0 } as const;
    const [owner] = reader.users.list({ phoneNumber: [phoneNumber] }, page);
    if (taken(owner ?? null, user.id)) throw identifierTaken('phone_number', 'phone number');
  }
}

function taken(owner: UserEntity | null, byOtherThan: string): boolean {
  return owner !== null && owner.id !== byOtherThan;
}
