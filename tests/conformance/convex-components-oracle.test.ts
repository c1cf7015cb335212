/// <reference types="vite/client" />
import aggregate from '@convex-dev/aggregate/test';
import rateLimiter from '@convex-dev/rate-limiter/test';
import workpool from '@convex-dev/workpool/test';
import { convexTest } from 'convex-test';
import { makeFunctionReference, type FunctionReference } from 'convex/server';
import { convexToJson } from 'convex/values';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../../local/convex/engine/contract';
import { FunctionWorld } from '../fixtures/convex-app/world';
import counterSchema from '../fixtures/convex-app/convex/counter/schema';
import schema from '../fixtures/convex-app/convex/schema';

/** The same calls on the runtime and on convex-test, the official in-memory mock. */

const appModules = import.meta.glob('../fixtures/convex-app/convex/*.ts');
const counterModules = import.meta.glob('../fixtures/convex-app/convex/counter/*.ts');
/** convex-test finds the root of the modules by this folder, which the fixture does not keep. */
const generated = (folder: string) => ({ [`${folder}/_generated/api.js`]: async () => ({}) });

let world: FunctionWorld;
beforeAll(async () => {
  world = await FunctionWorld.start({ published: true });
});
afterAll(() => world?.stop());

const calls: ['query' | 'mutation', string, Json][] = [
  ['mutation', 'messages:lifeOf', { author: 'a' }],
  ['mutation', 'messages:send', { author: 'a', body: 'first' }],
  ['mutation', 'messages:send', { author: 'a', body: 'second' }],
  ['mutation', 'messages:send', { author: 7, body: 'refused' }],
  ['query', 'messages:list', { author: 'a' }],
  ['mutation', 'calls:parallel', { count: 4 }],
  ['mutation', 'calls:handed', {}],
  ['query', 'messages:list', { author: 'handed' }],
  ['mutation', 'limits:fails', {}],
  ['query', 'messages:list', { author: 'fails' }],
  ['query', 'limits:refuses', {}],
  ['query', 'limits:wrongResult', {}],
  ...[1, 2, 3, 4].map((): (typeof calls)[number] => [
    'mutation',
    'published:limited',
    { key: 'k' },
  ]),
  ['mutation', 'published:limited', { key: 'other' }],
  ...[4, 1, 9].map((likes): (typeof calls)[number] => [
    'mutation',
    'published:like',
    { author: 'x', likes },
  ]),
  ['query', 'published:totals', { author: 'x' }],
  ['query', 'published:totals', { author: 'nobody' }],
];

/** Ids and messages differ by nature; whether, and with what else, a call ends must not. */
function comparable(value: Json): Json {
  return typeof value === 'string' && /^[0-9a-z;]{12,}/.test(value) ? 'an id' : value;
}

it('convex-test and the runtime agree on every outcome', async () => {
  const folder = '../fixtures/convex-app/convex';
  const mock = convexTest(schema, { ...appModules, ...generated(folder) });
  mock.registerComponent('counter', counterSchema, {
    ...counterModules,
    ...generated(`${folder}/counter`),
  });
  aggregate.register(mock, 'aggregate');
  rateLimiter.register(mock, 'rateLimiter');
  workpool.register(mock, 'workpool');
  const onMock = async (kind: 'query' | 'mutation', path: string, args: Json) => {
    try {
      const reference = makeFunctionReference<'query'>(path);
      // The mock checks the kind itself.
      const value: unknown = await (kind === 'query'
        ? mock.query(reference, args as never)
        : mock.mutation(reference as unknown as FunctionReference<'mutation'>, args as never));
      // A function's result is a Convex value.
      return { value: comparable(convexToJson(value as never)) };
    } catch (error) {
      const data = (error as { data?: unknown }).data;
      return data === undefined ? 'failed' : { data: typeof data };
    }
  };
  const onRuntime = async (kind: 'query' | 'mutation', path: string, args: Json) => {
    const result = await world[kind](path, args);
    if (result.kind === 'success') return { value: comparable(result.value) };
    return result.errorData === undefined ? 'failed' : { data: typeof result.errorData };
  };
  const [expected, actual]: [unknown[], unknown[]] = [[], []];
  for (const [kind, path, args] of calls) {
    expected.push([path, await onMock(kind, path, args)]);
    actual.push([path, await onRuntime(kind, path, args)]);
  }
  expect(actual).toEqual(expected);
  // Three of the calls are made to fail.
  expect(actual.filter((entry) => JSON.stringify(entry).includes('"failed"'))).toHaveLength(3);
});
