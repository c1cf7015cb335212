import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Identity } from '../../local/convex/engine/contract';
import { eventually, failure, FunctionWorld, value } from '../fixtures/convex-app/world';

let world: FunctionWorld;
beforeAll(async () => {
  world = await FunctionWorld.start();
});
afterAll(() => world?.stop());

const list = (author: string) => value(world.query('messages:list', { author }));

describe('database operations of pushed functions', () => {
  it('insert, get, patch, replace, delete, filter and normalizeId do what Convex says', async () => {
    expect(await value(world.mutation('messages:lifeOf', { author: 'life' }))).toEqual({
      patched: { body: 'two', hasLikes: false },
      replaced: 'three',
      isFiltered: true,
      after: null,
      normalized: [true, null],
    });
  });

  it('pages run backwards through an index without a gap or a repeat', async () => {
    for (const body of ['1', '2', '3', '4', '5']) {
      await value(world.mutation('messages:send', { author: 'pages', body }));
    }
    const seen: unknown[] = [];
    let cursor: string | null = null;
    for (let page = 0; page < 3; page += 1) {
      const result = (await value(
        world.query('messages:page', { author: 'pages', paginationOpts: { numItems: 2, cursor } }),
      )) as { page: { body: string }[]; isDone: boolean; continueCursor: string };
      seen.push(...result.page.map(({ body }) => body));
      cursor = result.continueCursor;
    }
    expect(seen).toEqual(['5', '4', '3', '2', '1']);
  });

  it('a search index finds words within its filter', async () => {
    await value(world.mutation('messages:send', { author: 'search', body: 'a red fox jumps' }));
    await value(world.mutation('messages:send', { author: 'other', body: 'another red fox' }));
    const found = await value(world.query('messages:search', { text: 'fox', author: 'search' }));
    expect(found).toEqual(['a red fox jumps']);
  });

  it('db.vars.commitTs is found in its own mutation and is never above a later snapshot', async () => {
    expect(await value(world.mutation('messages:stamp', { note: 'a' }))).toBe(true);
    expect(await value(world.mutation('messages:stamp', { note: 'b' }))).toBe(true);
    expect(await value(world.query('messages:stamps'))).toEqual([
      { note: 'a', isKnown: true },
      { note: 'b', isKnown: true },
    ]);
  });
});

describe('what callers may call, and with what', () => {
  it('arguments that do not match are refused with path, value and validator', async () => {
    const message = await failure(world.mutation('messages:send', { author: 1, body: 'x' }));
    expect(message).toContain('ArgumentValidationError: Value does not match validator.');
    expect(message).toContain('Path: .author\nValue: 1\nValidator: v.string()');
    const extra = await failure(world.query('messages:list', { author: 'x', more: 1 }));
    expect(extra).toContain('Object contains extra field `more` that is not in the validator.');
  });

  it('a result that does not match is refused', async () => {
    expect(await failure(world.query('limits:wrongResult'))).toContain('ReturnsValidationError');
  });

  it('internal functions exist for the admin only; unknown ones for nobody', async () => {
    const missing = (path: string) =>
      `Could not find public function for '${path}'. Did you forget to run \`npx convex dev\`?`;
    expect(await failure(world.query('limits:hidden'))).toContain(missing('limits:hidden'));
    expect(await failure(world.query('limits:nothing'))).toContain(missing('limits:nothing'));
    expect(await value(world.query('limits:hidden', {}, { kind: 'admin' }))).toBe('hidden');
  });

  it('a function is only run as what it is', async () => {
    const message = 'Trying to execute messages:send as Query, but it is defined as Mutation.';
    expect(await failure(world.query('messages:send', {}))).toContain(message);
    expect(await failure(world.query('calls:wrongKind'))).toContain(message);
  });

  it('the caller is known in the app', async () => {
    const user = { tokenIdentifier: 'i|s', issuer: 'i', subject: 's', name: 'Ann' };
    const identity: Identity = { kind: 'user', user };
    expect(await value(world.query('limits:whoAmI', {}, identity))).toEqual(user);
    expect(await value(world.query('limits:whoAmI'))).toBe(null);
  });
});

describe('errors', () => {
  it('a mutation that throws leaves nothing, and says where it threw', async () => {
    const message = await failure(world.mutation('limits:fails'));
    expect(message).toMatch(/^\[Request ID: test\] Server Error\nUncaught Error: boom\n/);
    expect(message).toMatch(/at (async )?handler \(\.\.\/convex\/limits\.ts:\d+:\d+\)/);
    expect(await list('fails')).toEqual([]);
  });

  it('a ConvexError reaches the caller with its data', async () => {
    const result = await world.query('limits:refuses');
    expect(result).toMatchObject({
      kind: 'failure',
      errorData: { code: 'REFUSED', count: { $integer: 'AgAAAAAAAAA=' } },
    });
  });

  it('log lines come with their level, in order', async () => {
    const result = await world.query('limits:says');
    expect(result.logLines).toEqual(["[LOG] 'hello' { a: 1 }", "[WARN] 'careful'"]);
  });
});

describe('transactions are deterministic and end', () => {
  it('time stands still, randomness is there, hashing works', async () => {
    expect(await value(world.query('limits:sameTime'))).toEqual({
      passed: 0,
      dated: 0,
      isDate: true,
    });
    const one = (await value(world.query('limits:chance'))) as { numbers: number[]; id: string };
    const other = (await value(world.query('limits:chance'))) as typeof one;
    expect(new Set([...one.numbers, ...other.numbers]).size).toBe(4);
    expect(one.id).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    const sha256 = createHash('sha256').update('Grüße').digest('hex');
    expect(await value(world.query('limits:digest', { text: 'Grüße' }))).toBe(sha256);
  });

  it('fetch, timers and file storage are refused by name', async () => {
    expect(await failure(world.query('limits:fetches'))).toContain(
      "Can't use fetch() in queries and mutations. Please consider using an action.",
    );
    expect(await failure(world.query('limits:waits'))).toContain("Can't use setTimeout()");
    expect(await failure(world.query('limits:storage'))).toContain('File storage is not supported');
  });

  it.each(['limits:loops', 'limits:loopsAwaiting'])(
    '%s is ended, and the next call runs',
    async (path) => {
      expect(await failure(world.query(path))).toContain('Function execution timed out');
      expect(await value(world.query('limits:hidden', {}, { kind: 'admin' }))).toBe('hidden');
    },
  );

  it('a function that waits for nothing is ended', async () => {
    expect(await failure(world.query('limits:neverEnds'))).toContain('never finished');
  });

  it('writes left running after the return are refused and named', async () => {
    expect(await failure(world.mutation('limits:forgets'))).toContain(
      '1 unawaited operation: [insert]',
    );
    expect(await failure(world.mutation('limits:goesOn'))).toContain(
      '1 unawaited operation: [insert]',
    );
    expect(await list('forgets')).toEqual([]);
  });

  it('one paginated query per function', async () => {
    expect(await failure(world.query('limits:twoPages'))).toContain('multiple paginated queries');
  });

  it('a function knows its own name and what it used', async () => {
    const known = await value(world.query('limits:metadata'));
    expect(known).toMatchObject({ name: 'limits:metadata', componentPath: '', read: 0 });
  });
});

describe('calls still under way when `Promise.all` has failed', () => {
  it('write nothing: not in a nested call that failed, while its caller goes on and commits', async () => {
    const outcome = await value(world.mutation('calls:outlives'));
    expect(outcome).toMatchObject({
      error: expect.stringContaining('inner failed'),
      inside: 0,
      value: 0,
    });
    expect(await list('outlives')).toHaveLength(10);
    expect(await list('behind')).toEqual([]);
  });

  it('write nothing when the whole mutation failed, and schedule nothing', async () => {
    const jobs = () => value(world.query('calls:jobs'));
    const before = await jobs();
    const admin: Identity = { kind: 'admin' };
    const message = await failure(world.mutation('calls:leavesCallsBehind', {}, admin));
    expect(message).toContain('inner failed');
    expect(await list('behind')).toEqual([]);
    expect(await jobs()).toEqual(before);
  });
});

describe('what Convex would have run again', () => {
  it('is told once, with the names of both functions; they both count all the same', async () => {
    const lines: string[] = [];
    const undo = world.engine.onLog(({ line }) => lines.push(line));
    const add = () => value(world.mutation('calls:parallel', { count: 1 }));
    const sums = await Promise.all([add(), add(), add()]);
    await add();
    undo();
    expect(new Set(sums.flat()).size).toBe(3);
    expect(lines).toEqual([
      expect.stringContaining(
        '[WARN] Would conflict on Convex: calls:parallel read what calls:parallel wrote',
      ),
    ]);
  });
});

describe('actions and scheduled functions', () => {
  it('an action waits, calls, hears of failures, schedules and cancels', async () => {
    expect(await value(world.action('calls:acts'))).toEqual({
      isId: true,
      listed: ['from an action'],
      failed: 'Uncaught Error: boom',
      waited: true,
    });
  });

  it('a scheduled mutation runs once, and its document tells', async () => {
    await value(world.mutation('calls:schedules', { body: 'due' }));
    await eventually(
      () => list('scheduled'),
      (bodies) => (bodies as unknown[]).length > 0,
    );
    expect(await list('scheduled')).toEqual(['due']);
    const jobs = (await value(world.query('calls:jobs'))) as { name: string; state: string }[];
    expect(jobs.map(({ state }) => state).sort()).toEqual(['canceled', 'success']);
  });
});

describe('what survives', () => {
  const send = (requestId: number, body: string) =>
    world.engine.runMutation(
      {
        path: 'messages:send',
        args: { author: 'dedupe', body },
        identity: { kind: 'none' },
        requestId: 'r',
      },
      { dedupe: { sessionId: 's', requestId } },
    );

  it('a repeated request gets the first outcome, also after a restart', async () => {
    const first = await send(1, 'once');
    expect((await send(1, 'once')).result).toEqual(first.result);
    await world.restart();
    expect(world.deployed).toBe(true);
    expect((await send(1, 'once')).result).toEqual(first.result);
    expect(await list('dedupe')).toEqual(['once']);
  });
});
