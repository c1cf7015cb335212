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
  usableId,
} from './clerkFields';
import { cleanText } from './text';
import type { ClerkMembership, ClerkOrganization } from './validators';

/** Custom roles of Clerk hold far fewer; what comes beyond is not Clerk's. */
const permissionsMax = 500;

/** Only the id is demanded; every other field that is missing, null or odd reads as absent. */
const organizationSchema = z.object({
  id: usableId,
  name: loose(z.string()),
  slug: loose(z.string()),
  image_url: loose(z.string()),
  public_metadata: metadata,
  created_at: loose(z.number()),
  updated_at: loose(z.number()),
});

/** Clerk promises the organization; whom the membership is of may be missing. */
const membershipSchema = z.object({
  id: usableId,
  organization: z.object({ id: usableId }),
  public_user_data: loose(z.object({ user_id: usableId })),
  role: loose(z.string()),
  permissions: loose(z.array(z.unknown())),
  public_metadata: metadata,
  created_at: loose(z.number()),
  updated_at: loose(z.number()),
});

type Parsed<Name extends string, T> = ({ ok: true } & Record<Name, T>) | { ok: false; why: string };

/**
 * Reads any organization that Clerk may send (webhook or Backend API). Never throws.
 * `fallbackUpdatedAt` (unix ms) stands in for a missing `updated_at`.
 */
export function parseClerkOrganization(
  data: unknown,
  fallbackUpdatedAt?: number,
): Parsed<'organization', ClerkOrganization> {
  const raw = organizationSchema.safeParse(data).data;
  if (raw === undefined) return { ok: false, why: 'the organization has no usable id' };
  const updatedAt = normaliseTime(raw.updated_at) ?? fallbackUpdatedAt;
  if (updatedAt === undefined) return { ok: false, why: 'the organization has no updated_at' };
  const organization: ClerkOrganization = {
    externalId: raw.id,
    updatedAt,
    createdAt: normaliseTime(raw.created_at) ?? updatedAt,
    name: cleanText(raw.name, nameLengthMax) ?? 'Organization',
    slug: cleanText(raw.slug, nameLengthMax),
    imageUrl: imageAddress(raw.image_url),
    publicMetadata: boundedMetadata(raw.public_metadata),
  };
  return { ok: true, organization };
}

/** Reads any membership that Clerk may send. Never throws. */
export function parseClerkMembership(
  data: unknown,
  fallbackUpdatedAt?: number,
): Parsed<'membership', ClerkMembership> {
  const raw = membershipSchema.safeParse(data).data;
  if (raw === undefined) {
    return { ok: false, why: 'the membership has no usable id, its own or its organization’s' };
  }
  const updatedAt = normaliseTime(raw.updated_at) ?? fallbackUpdatedAt;
  if (updatedAt === undefined) return { ok: false, why: 'the membership has no updated_at' };
  const membership: ClerkMembership = {
    externalId: raw.id,
    organizationExternalId: raw.organization.id,
    userExternalId: raw.public_user_data?.user_id,
    role: cleanText(raw.role, roleLengthMax) ?? 'unknown',
    permissions: permissionNames(raw.permissions ?? []),
    publicMetadata: boundedMetadata(raw.public_metadata),
    joinedAt: normaliseTime(raw.created_at) ?? updatedAt,
    updatedAt,
  };
  return { ok: true, membership };
}

const deletedSchema = z.object({ id: usableId });

/** The id of a `*.deleted` event's data; all that a deletion needs. */
export function parseDeletedId(data: unknown): string | undefined {
  return deletedSchema.safeParse(data).data?.id;
}

/** A set in a fixed order, so that equal sets compare equal. */
function permissionNames(values: unknown[]): string[] {
  const names = values
    .slice(0, permissionsMax)
    .flatMap((name) => cleanText(name, idLengthMax) ?? []);
  return [...new Set(names)].sort();
}
