/**
 * Convex values inside the runtime: what `convex/values` calls `Value`, with host objects
 * (`ArrayBuffer`, never a `vm` context's own).
 */
export type Value =
  null | bigint | number | boolean | string | ArrayBuffer | Value[] | { [field: string]: Value };

export type ValueObject = { [field: string]: Value };

/** Convex-JSON: `{$integer}`, `{$float}` and `{$bytes}` stand for what JSON cannot say. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type JsonObject = { [key: string]: Json };
