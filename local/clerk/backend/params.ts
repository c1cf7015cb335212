import { ClerkError, invalidParam, missingParam } from '../http/clerk-error';
import type { Metadata } from '../store/types';
import type { IdSelection } from '../store/user-query';

type Body = Record<string, unknown>;

/** Refuses what an operation does not know, as Clerk does: a misspelt field must not pass. */
export function allowOnly(body: Body, names: readonly string[]): void {
  const unknown = Object.keys(body).filter((name) => !names.includes(name));
  if (unknown.length === 0) return;
  throw new ClerkError(
    422,
    unknown.map((name) => ({
      code: 'form_param_unknown',
      message: 'is unknown',
      longMessage: `${name} is not a valid parameter for this request.`,
      meta: { param_name: name },
    })),
  );
}

/** Absent is undefined and null stays null: for many fields they mean different things. */
export function text(body: Body, name: string): string | null | undefined {
  return typed(body, name, 'string', (value) => typeof value === 'string');
}

export function requiredText(body: Body, name: string): string {
  const value = text(body, name);
  if (value === undefined || value === null || value === '') throw missingParam(name);
  return value;
}

const nameLengthMax = 256;

/** A name: text of at most 256 characters; the empty text means none. */
export function nameText(body: Body, name: string): string | null | undefined {
  const value = text(body, name);
  if (value && value.length > nameLengthMax) {
    throw invalidParam(
      name,
      `${name} should not exceed ${nameLengthMax} characters.`,
      'form_param_max_length_exceeded',
    );
  }
  return value === '' ? null : value;
}

export function flag(body: Body, name: string): boolean | null | undefined {
  return typed(body, name, 'boolean', (value) => typeof value === 'boolean');
}

export function whole(body: Body, name: string): number | null | undefined {
  return typed(body, name, 'integer', (value) => Number.isInteger(value));
}

export function texts(body: Body, name: string): string[] {
  const value = typed<string[]>(
    body,
    name,
    'array of strings',
    (given) => Array.isArray(given) && given.every((item) => typeof item === 'string'),
  );
  return value ?? [];
}

export function metadata(body: Body, name: string): Metadata | undefined {
  const isMap = (value: unknown) => typeof value === 'object' && !Array.isArray(value);
  return typed<Metadata>(body, name, 'object', isMap) ?? undefined;
}

/** A moment in RFC 3339, as milliseconds. */
export function time(body: Body, name: string): number | null | undefined {
  const value = text(body, name);
  if (value === undefined || value === null) return value;
  const ms = /^\d{4}-\d\d-\d\dT\d\d:\d\d/.test(value) ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(ms)) {
    const example = '(e.g. `2022-10-20T10:00:27.645Z`)';
    throw invalidParam(
      name,
      `${name} must contain a datetime specified in RFC3339 format ${example}.`,
      'form_param_invalid_time',
    );
  }
  return ms;
}

function typed<T>(
  body: Body,
  name: string,
  typeName: string,
  test: (value: unknown) => boolean,
): T | null | undefined {
  const value = body[name];
  if (value === undefined || value === null) return value;
  if (!test(value)) {
    throw invalidParam(name, `\`${name}\` must be a \`${typeName}\`.`, 'form_param_type_invalid');
  }
  // The test has just established the type.
  return value as T;
}

export interface Page {
  limit: number;
  offset: number;
}

const pageDefault = 10;
const pageMax = 500;

export function pageOf(query: URLSearchParams): Page {
  return {
    limit: wholeParam(query, 'limit', { min: 1, max: pageMax }) ?? pageDefault,
    offset: wholeParam(query, 'offset', { min: 0, max: Number.MAX_SAFE_INTEGER }) ?? 0,
  };
}

export function wholeParam(
  query: URLSearchParams,
  name: string,
  range: { min: number; max: number } = { min: 0, max: Number.MAX_SAFE_INTEGER },
): number | undefined {
  const given = query.get(name);
  if (given === null || given === '') return undefined;
  const value = /^-?\d+$/.test(given) ? Number(given) : Number.NaN;
  if (value >= range.min && value <= range.max) return value;
  throw notAllowed(name, given);
}

export function flagParam(query: URLSearchParams, name: string): boolean | undefined {
  const given = query.get(name);
  if (given === null || given === '') return undefined;
  if (given === 'true' || given === '1') return true;
  if (given === 'false' || given === '0') return false;
  throw notAllowed(name, given);
}

export function textParam(query: URLSearchParams, name: string): string | undefined {
  return query.get(name) || undefined;
}

export function choiceParam<T extends string>(
  query: URLSearchParams,
  name: string,
  allowed: readonly T[],
): T | undefined {
  const given = query.get(name);
  if (given === null || given === '') return undefined;
  const found = allowed.find((value) => value === given);
  if (!found) throw notAllowed(name, given);
  return found;
}

const listMax = 100;

/** All values of a repeated parameter; undefined when it is absent. */
export function listParam(query: URLSearchParams, name: string): string[] | undefined {
  const values = query.getAll(name).filter((value) => value !== '');
  if (values.length > listMax) {
    throw invalidParam(
      name,
      `${name} should not exceed ${listMax} items.`,
      'form_param_array_size_exceeded',
    );
  }
  return values.length > 0 ? values : undefined;
}

/** `+id` and `id` include, `-id` leaves out. An unescaped plus arrives as a space. */
export function selectionParam(query: URLSearchParams, name: string): IdSelection | undefined {
  const values = listParam(query, name)?.map((value) => value.trim());
  if (!values) return undefined;
  return {
    include: values
      .filter((value) => !value.startsWith('-'))
      .map((value) => value.replace(/^\+/, '')),
    exclude: values.filter((value) => value.startsWith('-')).map((value) => value.slice(1)),
  };
}

/** `name`, `+name` or `-name`; only the first of several counts. */
export function orderParam<T extends string>(
  query: URLSearchParams,
  allowed: readonly T[],
  fallback: { orderBy: T; descending: boolean },
): { orderBy: T; descending: boolean } {
  const given = query.get('order_by')?.trim();
  if (!given) return fallback;
  const field = given.replace(/^[+-]/, '');
  const orderBy = allowed.find((name) => name === field);
  if (!orderBy) throw notAllowed('order_by', given);
  return { orderBy, descending: given.startsWith('-') };
}

export function notAllowed(name: string, given: string): ClerkError {
  return invalidParam(
    name,
    `${given} does not match one of the allowed values for parameter ${name}`,
  );
}
