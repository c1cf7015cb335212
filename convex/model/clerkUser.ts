import { z } from 'zod';
import {
  boundedMetadata,
  idLengthMax,
  imageAddress,
  nameLengthMax,
  normaliseTime,
  roleLengthMax,
  tryCanonical,
} from './clerkFields';
import { cleanText } from './text';
import type { ClerkUser } from './validators';

const emailLengthMax = 320;

/** Nobody decides a role that often; far enough from where numbers stop counting. */
const revMax = 1_000_000_000;

const stampSchema = z.object({
  rev: z.number().int().nonnegative().max(revMax),
  intent: z.string().max(idLengthMax).optional().catch(undefined),
});

export type ParsedClerkUser = { ok: true; user: ClerkUser } | { ok: false; why: string };

/**
 * Reads any user object that Clerk may send (webhook or Backend API). Never throws; what cannot be
 * used says why. Only the id is demanded; every other field that is missing, null or odd reads as
 * absent. By hand, because a sync reads a hundred thousand of them and a schema costs ten times that. `fallbackUpdatedAt` (unix ms) stands in for a missing `updated_at`.
 */
export function parseClerkUser(data: unknown, fallbackUpdatedAt?: number): ParsedClerkUser {
  const raw = fieldsOf(data);
  const externalId = cleanText(raw.id, idLengthMax);
  // An id that is stored must be found again exactly as it was sent.
  if (externalId === undefined || externalId !== raw.id) {
    return { ok: false, why: 'the user object has no usable id' };
  }
  const publicMetadata = objectOf(raw.public_metadata);
  const updatedAt = normaliseTime(raw.updated_at) ?? fallbackUpdatedAt;
  if (updatedAt === undefined) return { ok: false, why: 'the user object has no updated_at' };
  const firstName = cleanText(raw.first_name, nameLengthMax);
  const lastName = cleanText(raw.last_name, nameLengthMax);
  const user: ClerkUser = {
    externalId,
    updatedAt,
    createdAt: normaliseTime(raw.created_at) ?? updatedAt,
    firstName,
    lastName,
    name: fullName(firstName, lastName),
    ...primaryEmail(raw.email_addresses, raw.primary_email_address_id),
    imageUrl: imageAddress(raw.image_url),
    lastSignInAt: normaliseTime(raw.last_sign_in_at),
    banned: raw.banned === true,
    publicMetadata: boundedMetadata(publicMetadata),
    role: rawRole(publicMetadata?.role),
    stamp: readStamp(objectOf(raw.private_metadata)?.rollcall),
  };
  return { ok: true, user };
}

/** B4: "User" where Clerk has no name. */
export function fullName(firstName: string | undefined, lastName: string | undefined): string {
  return [firstName, lastName].filter((part) => part !== undefined).join(' ') || 'User';
}

/**
 * `public_metadata.role` as one comparable string: text as it is, anything else as its JSON behind
 * a prefix that no role name can have. Null reads as absent, as in Clerk's own merge.
 */
export function rawRole(value: unknown): string | undefined {
  if (value === undefined || value === null) return undefined;
  // A name with blanks around it is no role: trimming would grant what nobody wrote.
  if (typeof value === 'string' && cleanText(value, roleLengthMax) === value) return value;
  return `json:${tryCanonical(value) ?? 'unreadable'}`.slice(0, roleLengthMax);
}

function primaryEmail(
  addresses: unknown,
  primaryId: unknown,
): { email: string | undefined; emailVerified: boolean } {
  const known = typeof primaryId === 'string' && Array.isArray(addresses) ? addresses : [];
  for (const address of known) {
    const { id, email_address: email, verification } = fieldsOf(address);
    if (id !== primaryId || typeof email !== 'string') continue;
    return {
      email: cleanText(email, emailLengthMax)?.toLowerCase(),
      emailVerified: fieldsOf(verification).status === 'verified',
    };
  }
  return { email: undefined, emailVerified: false };
}

function readStamp(value: unknown): ClerkUser['stamp'] {
  if (value === undefined) return undefined;
  const parsed = stampSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}

/** Fields to look at one by one; none for what is no object. */
function fieldsOf(value: unknown): Record<string, unknown> {
  return objectOf(value) ?? {};
}

function objectOf(value: unknown): Record<string, unknown> | undefined {
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  // What JSON gives: every field may be anything.
  return isObject ? (value as Record<string, unknown>) : undefined;
}
