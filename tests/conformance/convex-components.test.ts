import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { eventually, failure, FunctionWorld, value } from '../fixtures/convex-app/world';

let world: FunctionWorld;
beforeAll(async () => {
  world = await FunctionWorld.start({ published: true });
});
afterAll(() => world?.stop());

const list = async (author: string) =>
  (await value(world.query('messages:list', { author }))) as string[];

describe('calls into components', () => {
  it('a nested call that fails is undone with all it wrote, called and scheduled', async () => {
    const result = (await value(world.mutation('calls:survives'))) as {
      errors: string[];
      value: number;
    };
    expect(result.value).toBe(0);
    expect(result.errors[0]).toMatch(/^Uncaught Error: inner failed/);
    expect(result.errors[1]).toMatch(/^Uncaught Error: the component failed/);
    expect(await list('nested')).toEqual(['outer']);
    expect(await value(world.query('calls:jobs'))).toEqual([]);
    expect(world.engine.jobs.nextDueMs()).toBeUndefined();
  });

  it('parallel calls run one after the other', async () => {
    const sums = await value(world.mutation('calls:parallel', { count: 6 }));
    expect(sums).toEqual([1, 2, 3, 4, 5, 6]);
  });

  it('calls nest eight deep and no deeper', async () => {
    expect(await value(world.mutation('calls:deep', { levels: 7 }))).toBe(7);
    expect(await failure(world.mutation('calls:deep', { levels: 8 }))).toContain('deeper than 8');
  });

  it('a component offers only its public functions', async () => {
    const message = 'The component "counter" exports no function "writes:secret"';
    expect(await failure(world.mutation('calls:callsSecret'))).toContain(message);
    const path = 'writes:secret';
    const call = { path, componentPath: 'counter', args: {}, requestId: 'r' };
    const asNobody = await world.engine.runMutation({ ...call, identity: { kind: 'none' } });
    expect(asNobody.result.kind).toBe('failure');
    const asAdmin = await world.engine.runMutation({ ...call, identity: { kind: 'admin' } });
    expect(asAdmin.result).toMatchObject({ kind: 'success', value: 'secret' });
  });

  it('a function handle leads back into the app', async () => {
    await value(world.mutation('calls:handed'));
    expect(await list('handed')).toEqual(['by handle']);
  });

  it('the caller is not known inside, and pages are the app’s alone', async () => {
    const user = { tokenIdentifier: 'i|s', issuer: 'i', subject: 's' };
    expect(await value(world.query('calls:identityInside', {}, { kind: 'user', user }))).toBe(null);
    expect(await failure(world.query('calls:pageInside'))).toContain('only supported in the app');
  });

  it('each installed component has its own environment, bound or fixed, and follows a change', async () => {
    expect(await value(world.query('calls:labels'))).toEqual([null, 'fixed']);
    await world.engine.env.update([{ name: 'COUNTER_LABEL', value: 'from the app' }]);
    expect(await value(world.query('calls:labels'))).toEqual(['from the app', 'fixed']);
  });
});

describe('published components', () => {
  it('rate-limiter lets through what its window allows, per key', async () => {
    const tries: unknown[] = [];
    for (let i = 0; i < 4; i += 1)
      tries.push(await value(world.mutation('published:limited', { key: 'a' })));
    expect(tries).toEqual([true, true, true, false]);
    expect(await value(world.mutation('published:limited', { key: 'b' }))).toBe(true);
  });

  it('aggregate counts, sums and finds the maximum per namespace', async () => {
    for (const [author, likes] of [
      ['x', 3],
      ['x', 9],
      ['x', 5],
      ['y', 1],
    ] as const) {
      await value(world.mutation('published:like', { author, likes }));
    }
    expect(await value(world.query('published:totals', { author: 'x' }))).toEqual({
      count: 3,
      sum: 17,
      max: 9,
    });
    expect(await value(world.query('published:totals', { author: 'y' }))).toEqual({
      count: 1,
      sum: 1,
      max: 1,
    });
    expect(await value(world.query('published:totals', { author: 'z' }))).toEqual({
      count: 0,
      sum: 0,
      max: null,
    });
  });

  it('workpool runs actions, retries a failing one and reports both ends', async () => {
    await value(world.mutation('published:enqueue', { name: 'good', fails: false }));
    await value(world.mutation('published:enqueue', { name: 'bad', fails: true }));
    await eventually(
      () => list('done:good'),
      (ends) => ends.length > 0,
    );
    await eventually(
      () => list('done:bad'),
      (ends) => ends.length > 0,
    );
    expect(await list('done:good')).toEqual(['success']);
    expect(await list('worked:good')).toHaveLength(1);
    expect(await list('done:bad')).toEqual(['failed']);
    expect(await list('worked:bad')).toHaveLength(2);
  });
});
