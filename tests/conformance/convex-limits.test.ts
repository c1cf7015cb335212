/**
 * Convex's limits, each at its edge: what is just allowed passes, one more is refused in Convex's
 * words. Limits that have a test elsewhere: depth of nested calls (`convex-components`), one page
 * per function and none in components, a second of JavaScript, unawaited writes
 * (`convex-functions`), 20 MiB of HTTP body (`local/convex/http`).
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Json } from '../../local/convex/engine/contract';
import { failure, FunctionWorld, value } from '../fixtures/convex-app/world';

let world: FunctionWorld;
beforeAll(async () => {
  world = await FunctionWorld.start();
  await value(world.mutation('over:fill', { count: 1_000, bytes: 1 }));
  await value(world.mutation('over:fill', { count: 1, bytes: 1_000_000 }));
});
afterAll(() => world?.stop());

const help =
  'Consider using smaller limits in your queries, paginating your queries, or using indexed queries with a selective index range expressions.';
const at = 'in a single function execution';

interface Limit {
  limit: string;
  kind: 'query' | 'mutation';
  path: string;
  fits?: Json;
  exceeds: Json;
  says: string;
}

/** A row each. `fits` is left out where passing would cost more than it tells. */
const limits: Limit[] = [
  {
    limit: '32,000 documents read',
    kind: 'query',
    path: 'over:reads',
    fits: { what: 'fill1', times: 31 },
    exceeds: { what: 'fill1', times: 33 },
    says: `Too many documents read ${at} (limit: 32000). ${help}`,
  },
  {
    limit: '16 MiB read',
    kind: 'query',
    path: 'over:reads',
    fits: { what: 'fill1000000', times: 15 },
    exceeds: { what: 'fill1000000', times: 17 },
    says: `Too many bytes read ${at} (limit: 16777216 bytes). ${help}`,
  },
  {
    limit: '4,096 ranges read',
    kind: 'query',
    path: 'over:reads',
    fits: { what: 'ranges', times: 4_095 },
    exceeds: { what: 'ranges', times: 4_096 },
    says: `Too many reads ${at} (limit: 4096). ${help}`,
  },
  {
    limit: '16,000 documents written',
    kind: 'mutation',
    path: 'over:writes',
    exceeds: { count: 16_001, bytes: 1, isCaught: false },
    says: `Too many writes ${at} (limit: 16000)`,
  },
  {
    limit: '16 MiB written',
    kind: 'mutation',
    path: 'over:writes',
    exceeds: { count: 17, bytes: 1_000_000, isCaught: false },
    says: `Too many bytes written ${at} (limit: 16777216 bytes)`,
  },
  {
    limit: 'a limit that the function catches',
    kind: 'mutation',
    path: 'over:writes',
    exceeds: { count: 17, bytes: 1_000_000, isCaught: true },
    says: `Too many bytes written ${at} (limit: 16777216 bytes)`,
  },
  {
    limit: '1 MiB a document',
    kind: 'mutation',
    path: 'over:stores',
    fits: { what: 'bytes', by: 2 ** 20 - 200 },
    exceeds: { what: 'bytes', by: 2 ** 20 },
    says: 'Value is too large (1.01 MiB > maximum size 1 MiB)',
  },
  {
    limit: '16 levels a document',
    kind: 'mutation',
    path: 'over:stores',
    fits: { what: 'nesting', by: 15 },
    exceeds: { what: 'nesting', by: 16 },
    says: 'Document is too nested (nested 17 levels deep > maximum nesting 16)',
  },
  {
    limit: '1,024 fields an object',
    kind: 'mutation',
    path: 'over:stores',
    fits: { what: 'fields', by: 1_024 },
    exceeds: { what: 'fields', by: 1_025 },
    says: 'Object has too many fields (1025 > maximum number 1024)',
  },
  {
    limit: '8,192 elements an array',
    kind: 'mutation',
    path: 'over:stores',
    fits: { what: 'array', by: 8_192 },
    exceeds: { what: 'array', by: 8_193 },
    says: 'Array length is too long (8193 > maximum length 8192)',
  },
  {
    limit: '1,000 functions scheduled',
    kind: 'mutation',
    path: 'over:schedulesMany',
    exceeds: { count: 1_001 },
    says: 'Too many functions scheduled by this mutation (limit: 1000)',
  },
  {
    limit: '16 MiB of arguments',
    kind: 'query',
    path: 'over:takes',
    fits: { any: 'x'.repeat(2 ** 20) },
    exceeds: { any: 'x'.repeat(16 * 2 ** 20) },
    says: 'Arguments for over:takes are too large (16.01 MiB, limit: 16 MiB)',
  },
  {
    limit: '8,192 elements an array of arguments',
    kind: 'query',
    path: 'over:takes',
    fits: { any: Array.from({ length: 8_192 }, () => 1) },
    exceeds: { any: Array.from({ length: 8_193 }, () => 1) },
    says: 'Array length is too long (8193 > maximum length 8192)',
  },
  {
    limit: '16 MiB of result',
    kind: 'query',
    path: 'over:returns',
    fits: { what: 'bytes', by: 1 },
    exceeds: { what: 'bytes', by: 16 },
    says: 'Function over:returns return value is too large (16.01 MiB, limit: 16 MiB)',
  },
  {
    limit: '8,192 elements an array of the result',
    kind: 'query',
    path: 'over:returns',
    fits: { what: 'array', by: 8_192 },
    exceeds: { what: 'array', by: 8_193 },
    says: 'Array length is too long (8193 > maximum length 8192)',
  },
];

describe('limits of Convex', () => {
  it.each(limits)('$limit, and no more', async ({ kind, path, fits, exceeds, says }) => {
    if (fits !== undefined) await value(world[kind](path, fits));
    expect(await failure(world[kind](path, exceeds))).toContain(says);
  });

  it('hold for a transaction as a whole, and what exceeded one left nothing', async () => {
    expect(await value(world.query('messages:list', { author: 'over' }))).toEqual([]);
  });
});

describe('what queries and mutations cannot reach', () => {
  it.each(['fetch', 'setTimeout', 'setInterval', 'setImmediate', 'WebSocket'])(
    '%s is refused by name',
    async (name) => {
      expect(await failure(world.query('over:refusesOutside', { name }))).toContain(
        `Can't use ${name}() in queries and mutations. Please consider using an action.`,
      );
    },
  );

  it.each(['require', 'XMLHttpRequest', 'Worker', 'Buffer', 'importScripts'])(
    '%s is not there',
    async (name) => {
      expect(await value(world.query('over:refusesOutside', { name }))).toBe('absent');
    },
  );

  it('code made of strings is refused', async () => {
    const result = await world.mutation('over:evaluates', {}, { kind: 'admin' });
    expect(result).toMatchObject({ kind: 'failure' });
    expect(JSON.stringify(result)).toContain('Code generation from strings disallowed');
  });
});
