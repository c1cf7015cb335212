import { z } from 'zod';
import { canonicalJson } from './canonicalJson';
import { cleanText } from './text';

/** How single fields of Clerk's objects are read, alike for people, organizations and memberships. */

/** Clerk caps metadata at 8 KB; anything far above is not Clerk's and is not kept. */
const metadataLengthMax = 16_384;
export const nameLengthMax = 200;
const urlLengthMax = 2_048;
export const idLengthMax = 200;
export const roleLengthMax = 200;

/** Below this a time is in seconds: as milliseconds it would lie before March 1973. */
const secondsBelow = 100_000_000_000;

/** A field that Clerk may send as null, leave out, or send in a shape we do not know. */
export const loose = <T extends z.ZodType>(schema: T) => schema.nullish().catch(undefined);

export const metadata = loose(z.record(z.string(), z.unknown()));

/** An id that can be stored and found again exactly as it was sent. */
export const usableId = z
  .string()
  .min(1)
  .max(idLengthMax)
  .refine((id) => cleanText(id, idLengthMax) === id);

/** The last moment that a `Date` can hold; later ones cannot be shown. */
const latestMs = 8_640_000_000_000_000;

/** Unix ms from seconds or milliseconds, told apart by magnitude; undefined for anything else. */
export function normaliseTime(value: unknown): number | undefined {
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0) return undefined;
  const ms = Math.round(value < secondsBelow ? value * 1_000 : value);
  return ms <= latestMs ? ms : undefined;
}

/** The address of a picture; only what a browser loads as one, so no `javascript:` and the like. */
export function imageAddress(value: unknown): string | undefined {
  const address = cleanText(value, urlLengthMax);
  return address !== undefined && /^https?:\/\//i.test(address) ? address : undefined;
}

/** Canonical JSON text; undefined for what is empty, too long or nested too deeply. */
export function boundedMetadata(
  value: Record<string, unknown> | null | undefined,
): string | undefined {
  if (value === undefined || value === null || Object.keys(value).length === 0) return undefined;
  const text = tryCanonical(value);
  return text !== undefined && text.length <= metadataLengthMax ? text : undefined;
}

/** Canonical JSON text, or undefined for what is nested too deeply. */
export function tryCanonical(value: unknown): string | undefined {
  try {
    return cleanText(canonicalJson(value), metadataLengthMax + 1);
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}
