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
  if (typeof value === 'boolean') return 1;
  if (typeof value === 'number' || typeof value === 'bigint') return 9;
  if (typeof value === 'string') return 2 + Buffer.byteLength(value);
  if (value === null) return 1;
  if (value instanceof ArrayBuffer) return 2 + value.byteLength;
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + sizeOf(item), 2);
  let size = 2;
  for (const name of Object.keys(value)) size += name.length + 1 + sizeOf(value[name] as Value);
  return size;
}

/** Throws what Convex would refuse to store; returns the size. */
export function checkDocument(document: ValueObject): number {
  checkShape(document, '', 1);
  const size = sizeOf(document);
  if (size > documentLimits.bytes) {
    throw new ValueError(
      `The document is ${size} bytes; the maximum is ${documentLimits.bytes} (1 MiB). Split it.`,
    );
  }
  return size;
}

function checkShape(value: Value, path: string, depth: number): void {
  if (typeof value !== 'object' || value === null || value instanceof ArrayBuffer) return;
  const where = path || 'the document';
  if (depth > documentLimits.nesting) {
    throw new ValueError(`${where} is nested deeper than ${documentLimits.nesting} levels.`);
  }
  if (Array.isArray(value)) {
    if (value.length > documentLimits.arrayLength) {
      throw new ValueError(
        `The array at ${where} has ${value.length} elements; the maximum is ${documentLimits.arrayLength}.`,
      );
    }
    value.forEach((item, i) => checkShape(item, `${path}[${i}]`, depth + 1));
    return;
  }
  const names = Object.keys(value);
  if (names.length > documentLimits.fields) {
    throw new ValueError(
      `The object at ${where} has ${names.length} fields; the maximum is ${documentLimits.fields}.`,
    );
  }
  for (const name of names) checkShape(value[name] as Value, `${path}.${name}`, depth + 1);
}
