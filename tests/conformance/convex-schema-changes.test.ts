/**
 * Schemas change over existing data, pushed by the official command line while an official client
 * watches a live query: what does not fit is refused before anything goes live, what fits is
 * indexed by the time it does.
 */
import { ConvexClient } from 'convex/browser';
import { makeFunctionReference as reference } from 'convex/server';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import WebSocket from 'ws';
import { ConvexWorld, eventually } from '../fixtures/convex-servers/world';

const increment = reference<'mutation', { name: string }, number>('counters:increment');
const get = reference<'query', { name: string }, number>('counters:get');
const name = 'watched';

let world: ConvexWorld;
let client: ConvexClient;
const seen: number[] = [];
const failures: Error[] = [];

beforeAll(async () => {
  world = await ConvexWorld.start();
  // `ws` is what Convex documents for Node; its type is a superset of the browser's.
  const webSocketConstructor = WebSocket as unknown as typeof globalThis.WebSocket;
  client = new ConvexClient(world.ready.url, { webSocketConstructor, logger: false });
  client.onUpdate(
    get,
    { name },
    (count) => seen.push(count),
    (error) => failures.push(error),
  );
  for (const other of ['b', 'a', 'c', 'a']) await client.mutation(increment, { name: other });
  await live(1);
});
afterAll(async () => {
  await client?.close();
  await world?.stop();
});

/** One more, and the live query says so. */
async function live(count: number): Promise<void> {
  expect(await client.mutation(increment, { name })).toBe(count);
  await eventually(() => seen.at(-1) === count, `the live query shows ${count}`);
}

const push = () => world.cli('dev', '--once', '--typecheck', 'disable');
const file = (path: string) => join(world.dir, 'app', 'convex', path);

/** Puts something else into a file, as long as `body` runs. */
async function edited(
  path: string,
  change: (text: string) => string,
  body: () => Promise<void>,
): Promise<void> {
  const before = await readFile(file(path), 'utf8');
  const after = change(before);
  expect(after).not.toBe(before);
  await writeFile(file(path), after);
  try {
    await body();
  } finally {
    await writeFile(file(path), before);
  }
}

/** Code that would show at once, were it live. */
const otherCode = (text: string) => text.replace('row?.n ?? 0;', '-1;');

describe('a push that existing documents do not fit', () => {
  it.each([
    ['a field of another type', 'n: v.number()', 'n: v.string()', /counters.*\.n/s],
    ['a field that documents lack', 'n: v.number()', 'n: v.number(), unit: v.string()', /unit/],
    ['a field no longer declared', 'name: v.string(), n: v.number()', 'name: v.string()', /`n`/],
  ])('%s: is refused by name, and code, schema and live queries stay', async (...row) => {
    const [, was, becomes, named] = row;
    const count = (seen.at(-1) ?? 0) + 1;
    await edited(
      'schema.ts',
      (text) => text.replace(was, becomes),
      () =>
        edited('counters.ts', otherCode, async () => {
          const { code, stderr } = await push();
          expect(code).not.toBe(0);
          expect(stderr).toContain('Schema validation failed');
          expect(stderr).toMatch(named);
          await live(count);
        }),
    );
    expect(failures).toEqual([]);
  });
});

describe('a push that existing documents fit', () => {
  it('an index is filled by the time it can be asked for, and live queries go on', async () => {
    const count = (seen.at(-1) ?? 0) + 1;
    const ranked = `import { queryGeneric } from 'convex/server';
export const names = queryGeneric({ args: {}, handler: async (ctx) =>
  (await ctx.db.query('counters').withIndex('byN').order('desc').collect())
    // The cron of this app counts, too.
    .filter(({ name }) => name !== 'tick').map(({ name, n }) => [name, n]) });\n`;
    await writeFile(file('ranked.ts'), ranked);
    const indexed = (text: string) =>
      text.replace("['name'])", "['name']).index('byN', ['n', 'name'])");
    await edited('schema.ts', indexed, async () => {
      const { code, stderr } = await push();
      expect(stderr).toContain('counters.byN');
      expect(code).toBe(0);
      const names = reference<'query', Record<string, never>, [string, number][]>('ranked:names');
      expect(await client.query(names, {})).toEqual([
        [name, count - 1],
        ['a', 2],
        ['c', 1],
        ['b', 1],
      ]);
      await live(count);
      // What is written from now on is in it, too.
      expect((await client.query(names, {}))[0]).toEqual([name, count]);
    });
  });

  it('wider types and optional fields pass; the index that is gone is named and cannot be asked for', async () => {
    const count = (seen.at(-1) ?? 0) + 1;
    const wider = (text: string) =>
      text.replace(
        'n: v.number() })',
        'n: v.union(v.number(), v.null()), unit: v.optional(v.string()) })',
      );
    await edited('schema.ts', wider, async () => {
      const { code, stderr } = await push();
      expect(code).toBe(0);
      expect(stderr).toMatch(/counters\.byN/);
      const names = reference<'query', Record<string, never>, unknown>('ranked:names');
      await expect(client.query(names, {})).rejects.toThrow(/byN/);
      await live(count);
    });
    expect(failures).toEqual([]);
  });
});
