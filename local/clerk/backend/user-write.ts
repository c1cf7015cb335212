import { deleteUser, banUser, lockUser, unbanUser, unlockUser } from '../actions/users';
import { endSessionsOf } from '../actions/sessions';
import { assertPasswordAllowed } from '../actions/passwords';
import { ClerkError, invalidParam, missingParam } from '../http/clerk-error';
import type { Reply, RequestContext } from '../http/router';
import { hashPassword, verifyPassword } from '../passwords';
import { deletedResource } from '../resources/deleted';
import { userResource } from '../resources/user';
import { viewOf } from '../resources/view';
import type { ClerkTransaction } from '../store/clerk-store';
import type { UserEntity } from '../store/types';
import { acceptsMetadataInUpdates, replaceAll } from './user-metadata';
import { originOf } from './origin';
import { requireUser, userNotFound, userReply } from './user-access';
import { allowOnly, flag, nameText, requiredText, text, texts, time, whole } from './params';
import { assertUnique, refuseUnsupported, usernameOf } from './user-create';

/** One change of one user in one transaction, answered with the user after it. */
export function userChange(
  change: (tx: ClerkTransaction, userId: string, ctx: RequestContext) => UserEntity,
) {
  return (ctx: RequestContext): Reply => {
    const { id } = requireUser(ctx);
    return userReply(
      ctx,
      ctx.services.store.transact((tx) => change(tx, id, ctx), originOf(ctx)),
    );
  };
}

export const banOne = userChange(banUser);
export const unbanOne = userChange(unbanUser);
export const lockOne = userChange((tx, id, ctx) => lockUser(tx, id, ctx.services.clock.now()));
export const unlockOne = userChange(unlockUser);
export const removePassword = userChange((tx, id, ctx) => {
  if (requireUser(ctx).passwordHash === null) throw noPassword();
  return tx.update('users', id, { passwordHash: null, passwordUpdatedAt: null });
});

const bulkMax = 50;

/** `POST /users/ban` and `/users/unban`: all of the named people or none. */
export function bulkChange(change: (tx: ClerkTransaction, userId: string) => UserEntity) {
  return (ctx: RequestContext): Reply => {
    const ids = texts(ctx.body, 'user_ids');
    if (ids.length === 0) throw missingParam('user_ids');
    if (ids.length > bulkMax) {
      throw invalidParam(
        'user_ids',
        `user_ids should not exceed ${bulkMax} items.`,
        'form_param_array_size_exceeded',
      );
    }
    for (const id of ids) requireUser(ctx, id);
    const users = ctx.services.store.transact(
      (tx) => [...new Set(ids)].map((id) => change(tx, id)),
      originOf(ctx),
    );
    const view = viewOf(ctx.services, 'backend');
    return { json: users.map((user) => userResource(user, view)) };
  };
}

export function removeUser(ctx: RequestContext): Reply {
  const user = requireUser(ctx);
  ctx.services.store.transact((tx) => deleteUser(tx, user.id), originOf(ctx));
  return { json: deletedResource('user', user) };
}

export async function checkPassword(ctx: RequestContext): Promise<Reply> {
  const user = requireUser(ctx);
  allowOnly(ctx.body, ['password']);
  const password = requiredText(ctx.body, 'password');
  if (user.passwordHash === null) throw noPassword();
  if (await verifyPassword(password, user.passwordHash)) return { json: { verified: true } };
  throw new ClerkError(422, {
    code: 'incorrect_password',
    message: 'incorrect password',
    longMessage: 'The provided password is not the one the user has set',
  });
}

function noPassword(): ClerkError {
  return new ClerkError(400, {
    code: 'no_password_set',
    message: 'no password set',
    longMessage: 'This user does not have a password set for their account',
  });
}

const updateFields = [
  'external_id',
  'first_name',
  'last_name',
  'locale',
  'primary_email_address_id',
  'notify_primary_email_address_changed',
  'primary_phone_number_id',
  'primary_web3_wallet_id',
  'username',
  'profile_image_id',
  'password',
  'password_digest',
  'password_hasher',
  'skip_password_checks',
  'sign_out_of_other_sessions',
  'totp_secret',
  'backup_codes',
  'delete_self_enabled',
  'create_organization_enabled',
  'legal_accepted_at',
  'skip_legal_checks',
  'create_organizations_limit',
  'created_at',
  'bypass_client_trust',
] as const;

const metadataFields = ['public_metadata', 'private_metadata', 'unsafe_metadata'] as const;

export async function updateUser(ctx: RequestContext): Promise<Reply> {
  const { body, services } = ctx;
  const user = requireUser(ctx);
  const withMetadata = acceptsMetadataInUpdates(ctx);
  allowOnly(body, withMetadata ? [...updateFields, ...metadataFields] : updateFields);
  refuseUnsupported(body);
  const patch = {
    ...profilePatch(body, user),
    ...(withMetadata && replaceAll(body)),
    ...(await passwordPatch(body, services.clock.now())),
  };
  const updated = services.store.transact((tx) => {
    if (!tx.get('users', user.id)) throw userNotFound(user.id);
    assertUnique(tx, { ...user, ...patch });
    if (patch.passwordHash && flag(body, 'sign_out_of_other_sessions')) {
      endSessionsOf(tx, user.id, 'revoked');
    }
    return tx.update('users', user.id, patch);
  }, originOf(ctx));
  return userReply(ctx, updated);
}

/** Only what the body names; a null clears what may be empty. */
function profilePatch(body: Record<string, unknown>, user: UserEntity): Partial<UserEntity> {
  const named: Partial<Record<keyof UserEntity, unknown>> = {
    externalId: emptyIsNull(text(body, 'external_id')),
    firstName: nameText(body, 'first_name'),
    lastName: nameText(body, 'last_name'),
    locale: text(body, 'locale'),
    username: usernameOf(body),
    primaryEmailId: primaryOf(body, 'primary_email_address_id', user.emails),
    primaryPhoneId: primaryOf(body, 'primary_phone_number_id', user.phones),
    deleteSelfEnabled: flag(body, 'delete_self_enabled') ?? undefined,
    createOrganizationEnabled: flag(body, 'create_organization_enabled') ?? undefined,
    createOrganizationsLimit: whole(body, 'create_organizations_limit'),
    legalAcceptedAt: time(body, 'legal_accepted_at'),
    createdAt: time(body, 'created_at') ?? undefined,
  };
  // Every value above was read with the type of its field.
  return Object.fromEntries(
    Object.entries(named).filter(([, value]) => value !== undefined),
  ) as Partial<UserEntity>;
}

function emptyIsNull(value: string | null | undefined): string | null | undefined {
  return value === '' ? null : value;
}

function primaryOf(
  body: Record<string, unknown>,
  name: string,
  owned: readonly { id: string; verification: { status: string } | null; reserved: boolean }[],
): string | undefined {
  const id = text(body, name);
  if (id === undefined || id === null) return undefined;
  const found = owned.find((candidate) => candidate.id === id);
  if (!found) {
    throw invalidParam(
      name,
      `The resource associated with the supplied ${name} was not found.`,
      'form_resource_not_found',
    );
  }
  if (found.verification?.status !== 'verified' && !found.reserved) {
    throw invalidParam(name, `${name} must belong to a verified identification.`);
  }
  return id;
}

async function passwordPatch(
  body: Record<string, unknown>,
  now: number,
): Promise<Partial<UserEntity>> {
  const password = text(body, 'password');
  if (password === undefined || password === null) return {};
  if (!flag(body, 'skip_password_checks')) assertPasswordAllowed(password);
  return { passwordHash: await hashPassword(password), passwordUpdatedAt: now };
}
