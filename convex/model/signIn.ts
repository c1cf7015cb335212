import type { UserIdentity } from 'convex/server';
import type { MutationCtx } from '../_generated/server';
import { hasAccess, userByExternalId } from './access';
import { applyClerkUser } from './applyClerkUser';
import { type Cause, newCorrelationId } from './auditLog';
import { imageAddress } from './clerkFields';
import { fullName } from './clerkUser';
import { fail } from './errors';
import { cleanText } from './text';
import { patchUser, type UserRow } from './userRows';
import type { ClerkUser } from './validators';

/**
 * B7: the first signed-in request creates the row when the webhook lags or never comes. Creates
 * nothing for a deleted person and lets no deactivated one back in.
 */
export async function signIn(
  ctx: MutationCtx,
  identity: UserIdentity,
  now: number,
): Promise<UserRow> {
  const known = await userByExternalId(ctx, identity.subject);
  if (known !== null) return await recordLogin(ctx, known, now);
  const cause: Cause = {
    actor: `user:${identity.subject}`,
    source: 'store',
    correlationId: newCorrelationId(now),
    now,
  };
  const user = userFromToken(identity, now);
  const applied = await applyClerkUser(ctx, { user, via: { kind: 'store' } }, cause);
  if (applied.kind === 'tombstoned') fail('ACCOUNT_INACTIVE');
  return await recordLogin(ctx, applied.row, now);
}

async function recordLogin(ctx: MutationCtx, row: UserRow, now: number): Promise<UserRow> {
  if (!hasAccess(row)) fail('ACCOUNT_INACTIVE');
  return await patchUser(ctx, row, { lastLoginAt: now });
}

/**
 * What a verified token says about a person, until Clerk's own payload completes the row
 * (`updatedAt` 0 makes every payload newer). Role claims are never read.
 */
export function userFromToken(identity: UserIdentity, now: number): ClerkUser {
  const firstName = cleanText(identity.givenName, 200);
  const lastName = cleanText(identity.familyName, 200);
  const parts = fullName(firstName, lastName);
  return {
    externalId: identity.subject,
    updatedAt: 0,
    createdAt: now,
    firstName,
    lastName,
    name: parts === 'User' ? (cleanText(identity.name, 400) ?? parts) : parts,
    email: cleanText(identity.email, 320)?.toLowerCase(),
    emailVerified: identity.emailVerified === true,
    imageUrl: imageAddress(identity.pictureUrl),
    banned: false,
  };
}
