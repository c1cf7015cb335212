import { ValueError } from './convex-json';
import type { Value, ValueObject } from './value';

export const documentLimits = {
  bytes: 1024 * 1024,
  nesting: 16,
  fields: 1024,
  arrayLength: 8192,
} as const;

/**
 * Size in bytes as Convex counts it (`convex/values` `getConvexSize`): a marker per value, 8 bytes
 * per number, strings and bytes with a terminator, field names with a terminator.
 */
export function sizeOf(value: Value): number {
  return measure(value, -Infinity);
}

/** Throws what Convex would refuse to store; returns the size. */
export function checkDocument(document: ValueObject): number {
  const size = measure(document, 1);
  // Measured without paths; once more for the words, when there is something to say.
  if (Number.isNaN(size)) checkShape(document, '', 1);
  if (size > documentLimits.bytes) {
    throw new ValueError(`Value is too large (${mib(size)} > maximum size 1 MiB)`);
  }
  return size;
}

/** The size; NaN when the shape breaks a limit. Depth below zero: limits do not count. */
function measure(value: Value, depth: number): number {
  switch (typeof value) {
    case 'string':
      return 2 + Buffer.byteLength(value);
    case 'number':
    case 'bigint':
      return 9;
    case 'boolean':
      return 1;
    default:
      return measureObject(value, depth);
  }
}

function measureObject(value: null | ArrayBuffer | Value[] | ValueObject, depth: number): number {
  if (value === null) return 1;
  if (value instanceof ArrayBuffer) return 2 + value.byteLength;
  if (depth > documentLimits.nesting) return Number.NaN;
  let size = 2;
  if (Array.isArray(value)) {
    if (depth > 0 && value.length > documentLimits.arrayLength) return Number.NaN;
    for (const item of value) size += measure(item, depth + 1);
    return size;
  }
  const names = Object.keys(value);
  if (depth > 0 && names.length > documentLimits.fields) return Number.NaN;
  for (const name of names) size += name.length + 1 + measure(value[name] as Value, depth + 1);
  return size;
}

/** Convex's words, by which people search, and where it is. */
function checkShape(value: Value, path: string, depth: number): void {
  if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return;
  const where = path ? ` at ${path}` : '';
  const { nesting, arrayLength, fields } = documentLimits;
  if (depth > nesting) {
    throw new ValueError(
      `Document is too nested (nested ${depth} levels deep > maximum nesting ${nesting})${where}`,
    );
  }
  if (Array.isArray(value)) {
    if (value.length > arrayLength) throw new ValueError(`${longArray(value.length)}${where}`);
    value.forEach((item, i) => checkShape(item, `${path}[${i}]`, depth + 1));
    return;
  }
  const names = Object.keys(value);
  if (names.length > fields) throw new ValueError(`${wideObject(names.length)}${where}`);
  for (const name of names) checkShape(value[name] as Value, `${path}.${name}`, depth + 1);
}

function longArray(length: number): string {
  return `Array length is too long (${length} > maximum length ${documentLimits.arrayLength})`;
}

function wideObject(fields: number): string {
  return `Object has too many fields (${fields} > maximum number ${documentLimits.fields})`;
}

/** Above the shape of a single document: what Convex takes as any value. */
export function checkPlainShape(value: Value): void {
  if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return;
  if (Array.isArray(value)) {
    if (value.length > documentLimits.arrayLength) throw new ValueError(longArray(value.length));
    for (const item of value) checkPlainShape(item);
    return;
  }
  const values = Object.values(value);
  if (values.length > documentLimits.fields) throw new ValueError(wideObject(values.length));
  for (const inner of values) checkPlainShape(inner);
}

/** `1.26 MiB`; never rounded down to the limit itself. */
export function mib(bytes: number): string {
  return `${Math.max(0.01, Math.ceil((bytes / 2 ** 20) * 100) / 100)} MiB`;
}
