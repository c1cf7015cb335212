import type { Json } from '../engine/contract';

/**
 * Convex-JSON to the plain JSON of `format: "json"`: Int64 as a decimal string, bytes as base64,
 * floats that JSON lacks by their name, negative zero as 0.
 */
export function toPlainJson(value: Json): Json {
  if (Array.isArray(value)) return value.map(toPlainJson);
  if (typeof value !== 'object' || value === null) return value;
  if (typeof value.$integer === 'string') {
    return Buffer.from(value.$integer, 'base64').readBigInt64LE().toString();
  }
  if (typeof value.$bytes === 'string') return value.$bytes;
  if (typeof value.$float === 'string') {
    const float = Buffer.from(value.$float, 'base64').readDoubleLE();
    return float === 0 ? 0 : String(float);
  }
  return Object.fromEntries(Object.entries(value).map(([key, field]) => [key, toPlainJson(field)]));
}
