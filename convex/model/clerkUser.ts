import { z } from 'zod';
import {
  boundedMetadata,
  idLengthMax,
  imageAddress,
  loose,
  metadata,
  nameLengthMax,
  normaliseTime,
  roleLengthMax,
  tryCanonical,
  usableId,
} from './clerkFields';
import { cleanText } from './text';
import type { ClerkUser } from './validators';

const emailLengthMax = 320;

/**
 * A user object of a webhook or of the Backend API. Only the id is demanded; every other field that
 * is missing, null or odd reads as absent.
 */
const clerkUserSchema = z.object({
  id: usableId,
  first_name: loose(z.string()),
  last_name: loose(z.string()),
  image_url: loose(z.string()),
  primary_email_address_id: loose(z.string()),
  email_addresses: loose(z.array(z.unknown())),
  public_metadata: metadata,
  private_metadata: metadata,
  banned: loose(z.boolean()),
  created_at: loose(z.number()),
  updated_at: loose(z.number()),
  last_sign_in_at: loose(z.number()),
});

const emailSchema = z.object({
  id: z.string(),
  email_address: z.string(),
  verification: loose(z.object({ status: loose(z.string()) })),
});

/** Nobody decides a role that often; far enough from where numbers stop counting. */
const revMax = 1_000_000_000;

const stampSchema = z.object({
  rev: z.number().int().nonnegative().max(revMax),
  intent: z.string().max(idLengthMax).optional().catch(undefined),
});

export type ParsedClerkUser = { ok: true; user: ClerkUser } | { ok: false; why: string };

/**
 * Reads any user object that Clerk may send (webhook or Backend API). Never throws; what cannot be
 * used says why. `fallbackUpdatedAt` (unix ms) stands in for a missing `updated_at`.
 */
export function parseClerkUser(data: unknown, fallbackUpdatedAt?: number): ParsedClerkUser {
  const parsed = clerkUserSchema.safeParse(data);
  if (!parsed.success) return { ok: false, why: 'the user object has no usable id' };
  const raw = parsed.data;
  const updatedAt = normaliseTime(raw.updated_at) ?? fallbackUpdatedAt;
  if (updatedAt === undefined) return { ok: false, why: 'the user object has no updated_at' };
  const firstName = cleanText(raw.first_name, nameLengthMax);
  const lastName = cleanText(raw.last_name, nameLengthMax);
  const user: ClerkUser = {
    externalId: raw.id,
    updatedAt,
    createdAt: normaliseTime(raw.created_at) ?? updatedAt,
    firstName,
    lastName,
    name: fullName(firstName, lastName),
    ...primaryEmail(raw.email_addresses ?? [], raw.primary_email_address_id ?? undefined),
    imageUrl: imageAddress(raw.image_url),
    lastSignInAt: normaliseTime(raw.last_sign_in_at),
    banned: raw.banned ?? false,
    publicMetadata: boundedMetadata(raw.public_metadata),
    role: rawRole(raw.public_metadata?.role),
    stamp: readStamp(raw.private_metadata?.rollcall),
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
  addresses: unknown[],
  primaryId: string | undefined,
): { email: string | undefined; emailVerified: boolean } {
  for (const address of addresses) {
    const parsed = emailSchema.safeParse(address);
    if (!parsed.success || parsed.data.id !== primaryId) continue;
    return {
      email: cleanText(parsed.data.email_address, emailLengthMax)?.toLowerCase(),
      emailVerified: parsed.data.verification?.status === 'verified',
    };
  }
  return { email: undefined, emailVerified: false };
}

function readStamp(value: unknown): ClerkUser['stamp'] {
  const parsed = stampSchema.safeParse(value);
  return parsed.success ? parsed.data : undefined;
}
