/// <reference types="vite/client" />
import aggregate from '@convex-dev/aggregate/test';
import migrations from '@convex-dev/migrations/test';
import rateLimiter from '@convex-dev/rate-limiter/test';
import workpool from '@convex-dev/workpool/test';
import { convexTest } from 'convex-test';
import { makeFunctionReference, type FunctionReference } from 'convex/server';
import { convexToJson } from 'convex/values';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Json } from '../../local/convex/engine/contract';
import { eventually, FunctionWorld } from '../fixtures/convex-app/world';
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
  ...[5, 5, 2].map((likes): (typeof calls)[number] => [
    'mutation',
    'published:like',
    { author: 'y', likes },
  ]),
  ['query', 'published:ranking', { author: 'x' }],
  ['query', 'published:ranking', { author: 'y' }],
  ['query', 'published:ranking', { author: 'nobody' }],
  ['mutation', 'published:unlike', { author: 'x', likes: 9 }],
  ['mutation', 'published:unlike', { author: 'x', likes: 9 }],
  ['query', 'published:totals', { author: 'x' }],
  ['query', 'published:ranking', { author: 'x' }],
  ...[2, 2, 2].map((count): (typeof calls)[number] => [
    'mutation',
    'published:spend',
    { count, reserve: false },
  ]),
  ['query', 'published:mayStillSpend', { count: 1 }],
  ['query', 'published:mayStillSpend', { count: 2 }],
  ['mutation', 'published:spend', { count: 2, reserve: true }],
  ['mutation', 'published:spend', { count: 1, reserve: false }],
  ['mutation', 'published:refill', {}],
  ['mutation', 'published:spend', { count: 5, reserve: false }],
  ['mutation', 'published:migrate', { dryRun: true }],
  ['query', 'published:migrated', {}],
  ['mutation', 'published:migrate', { dryRun: false }],
];

/** What goes on by itself after the call: both must end alike. */
const eventualCalls: { start: (typeof calls)[number]; end: string; args: Json; isOver: RegExp }[] =
  [
    {
      start: ['mutation', 'published:migrate', { dryRun: false }],
      end: 'published:migrated',
      args: {},
      isOver: /"isDone":true/,
    },
    {
      start: ['mutation', 'published:enqueue', { name: 'good', fails: false }],
      end: 'messages:list',
      args: { author: 'done:good' },
      isOver: /success/,
    },
    {
      start: ['mutation', 'published:enqueue', { name: 'bad', fails: true }],
      end: 'messages:list',
      args: { author: 'done:bad' },
      isOver: /failed/,
    },
    {
      start: ['mutation', 'published:cancels', {}],
      end: 'messages:list',
      args: { author: 'done:cancelled' },
      isOver: /canceled/,
    },
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
  migrations.register(mock, 'migrations');
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
  const expected: [string, unknown][] = [];
  const actual: typeof expected = [];
  for (const [kind, path, args] of calls) {
    expected.push([path, await onMock(kind, path, args)]);
    actual.push([path, await onRuntime(kind, path, args)]);
  }
  for (const { start, end, args, isOver } of eventualCalls) {
    for (const [call, log] of [
      [onMock, expected],
      [onRuntime, actual],
    ] as const) {
      const [kind, path, given] = start;
      log.push([path, await call(kind, path, given)]);
      const ended = (value: unknown) => isOver.test(JSON.stringify(value));
      log.push([end, await eventually(() => call('query', end, args), ended)]);
    }
  }
  expect(actual).toEqual(expected);
  // Three of the calls are made to fail.
  expect(actual.filter(([, end]) => end === 'failed')).toHaveLength(3);
});
