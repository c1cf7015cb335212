import { ClerkError } from '../http/clerk-error';
import type { JsonValue, Metadata } from '../store/types';

/** Clerk's limit for each kind of metadata, counted as JSON. */
export const metadataBytesMax = 8 * 1024;

/**
 * Clerk's deep merge: objects are merged key by key at any depth, null removes a key, everything
 * else (arrays included) replaces what was there.
 */
export function mergeMetadata(current: Metadata, patch: Metadata): Metadata {
  const merged = new Map(Object.entries(current));
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) merged.delete(key);
    else if (isMap(value)) {
      const existing = merged.get(key);
      merged.set(key, mergeMetadata(isMap(existing) ? existing : {}, value));
    } else merged.set(key, value);
  }
  // fromEntries defines own properties, so that a key named __proto__ stays a key.
  return Object.fromEntries(merged);
}

function isMap(value: JsonValue | undefined): value is Metadata {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Throws Clerk's 422 when metadata outgrows its 8 KB. */
export function assertMetadataFits(paramName: string, metadata: Metadata): Metadata {
  const bytes = Buffer.byteLength(JSON.stringify(metadata));
  if (bytes <= metadataBytesMax) return metadata;
  throw new ClerkError(422, {
    code: 'form_param_exceeds_allowed_size',
    message: 'exceeds the maximum allowed size',
    longMessage: `${paramName} exceeds the maximum allowed size of 8KB: it has ${bytes} bytes.`,
    meta: { param_name: paramName },
  });
}
