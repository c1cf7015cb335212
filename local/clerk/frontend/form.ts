import type { RequestContext } from '../http/router';
import type { Metadata } from '../store/types';
import { frontendErrors } from './errors';

/** What clerk-js sends is form fields: everything is text. Absent and non-text give undefined. */
export function text(ctx: RequestContext, name: string): string | undefined {
  const value = ctx.body[name];
  return typeof value === 'string' ? value : undefined;
}

export function requiredText(ctx: RequestContext, name: string): string {
  const value = text(ctx, name);
  if (value === undefined || value === '') throw frontendErrors.missing(name);
  return value;
}

const nameLengthMax = 256;

/**
 * A first or last name: absent gives undefined (unchanged), an empty field gives null (removed).
 */
export function personName(ctx: RequestContext, name: string): string | null | undefined {
  const value = text(ctx, name);
  if (value === undefined) return undefined;
  const trimmed = value.trim();
  if (trimmed.length > nameLengthMax) throw frontendErrors.tooLong(name, nameLengthMax);
  return trimmed === '' ? null : trimmed;
}

/** The metadata that a form carries as JSON text; `{}` when it carries none. */
export function metadataField(ctx: RequestContext, name: string): Metadata | undefined {
  const value = text(ctx, name);
  if (value === undefined || value === '') return undefined;
  try {
    const parsed: unknown = JSON.parse(value);
    // JSON.parse yields JSON values only, so an object of it is `Metadata`.
    if (typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed))
      return parsed as Metadata;
  } catch {
    // Falls through to the same answer as valid JSON of another type.
  }
  throw frontendErrors.notAnObject(name);
}
