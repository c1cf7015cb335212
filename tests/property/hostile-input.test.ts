import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeFunctionReference } from 'convex/server';
import http from '../../convex/http';
import schema from '../../convex/schema';
import {
  arrive,
  as,
  connectedWorld,
  convexModules,
  type ConvexWorld,
  deliver,
  disconnectWorld,
  post,
} from '../support/convex-world';
import {
  envelope,
  rawMembership,
  rawOrganization,
  rawUser,
  signedHeaders,
} from '../support/fake-clerk';
import {
  brokenBodies,
  hostileText,
  hostileValue,
  leakIn,
  mutated,
  oddContentTypes,
} from '../support/hostile';

/*
 * The doors of Convex: HTTP actions and public functions. Whatever comes in: no 500, no row changed
 * by what was refused, nothing told that is nobody's business.
 */

/** `HOSTILE_RUNS=50` tries so many times as much as every run can afford. */
const more = Number(process.env.HOSTILE_RUNS ?? 1);
const patienceMs = 60_000 * more;

let t: ConvexWorld;
beforeEach(async () => {
  ({ t } = connectedWorld());
  await arrive(t, 'boss', 'superadmin');
  await arrive(t, 'ann', 'staff');
  await deliver(t, envelope('organization.created', rawOrganization('org_1')));
});
afterEach(disconnectWorld);

/** What is written down about a delivery itself, also about one that was parked. */
const receipts = ['deliveries', 'deliveryPayloads', 'webhookHealth'];

/** Every row of every other table. */
async function rows(): Promise<string> {
  return await t.run(async (ctx) => {
    const tables = Object.keys(schema.tables) as (keyof typeof schema.tables)[];
    const all = await Promise.all(
      tables
        .filter((table) => !receipts.includes(table))
        .map(async (table) => [table, await ctx.db.query(table).collect()]),
    );
    return JSON.stringify(all);
  });
}

async function outcomeOf(svixId: string): Promise<string | undefined> {
  return await t.run(async (ctx) => {
    const delivery = await ctx.db
      .query('deliveries')
      .withIndex('bySvixId', (q) => q.eq('svixId', svixId))
      .unique();
    return delivery?.outcome;
  });
}

const place = { organization: 'org_1', user: 'ann' };
const samples = [
  envelope('user.created', rawUser('ann')),
  envelope('user.updated', rawUser('boss', { updated_at: 1_800_000_000_000 })),
  envelope('user.deleted', { id: 'nobody', object: 'user', deleted: true }),
  envelope('organization.updated', rawOrganization('org_1', { updated_at: 1_800_000_000_000 })),
  envelope('organizationMembership.created', rawMembership('orgmem_1', place)),
  envelope('organizationMembership.deleted', { id: 'orgmem_1', deleted: true }),
];

let messages = 0;
const nextId = () => `msg_hostile_${(messages += 1)}`;

describe('webhooks that Clerk signed, whatever they say', () => {
  test.each(samples)(
    'mutations of $type are answered 200, parked or applied to one row',
    async (sample) => {
      await fc.assert(
        fc.asyncProperty(mutated(sample), async (event) => {
          const before = await rows();
          const id = nextId();
          const body = JSON.stringify(event) ?? 'undefined';
          const response = await post(t, body, signedHeaders(body, { id }));
          expect(response.status).toBe(200);
          expect(await response.text()).toBe('');
          const outcome = await outcomeOf(id);
          expect(outcome).toBeDefined();
          const mayChange = !['failed', 'ignored', 'duplicate'].includes(outcome ?? '');
          expect(mayChange || (await rows()) === before).toBe(true);
        }),
        { numRuns: 30 * more },
      );
      // Whoever is in charge stays so, and nothing leaked into every object.
      expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    },
    patienceMs,
  );

  test.each(brokenBodies.map((body) => [body.slice(0, 40), body]))(
    'a body that is no event is parked: %j',
    async (_, body) => {
      const before = await rows();
      const id = nextId();
      expect((await post(t, body, signedHeaders(body, { id }))).status).toBe(200);
      expect(['failed', 'ignored']).toContain(await outcomeOf(id));
      expect(await rows()).toBe(before);
    },
  );
});

describe('every HTTP action, whatever is sent to it', () => {
  const routes = http.getRoutes().map(([path, method]) => ({ path, method }));
  const headers = fc.dictionary(
    fc.constantFrom(
      'svix-id',
      'svix-timestamp',
      'svix-signature',
      'authorization',
      'content-length',
    ),
    fc.oneof(
      fc.constantFrom('', '0', '-1', '1767225600', 'v1,AAAA', 'Bearer x', 'Bearer ', 'msg_1,msg_1'),
      fc.string({ unit: 'grapheme-ascii', maxLength: 300 }),
    ),
  );

  test('there are some', () => {
    expect(routes.map(({ path }) => path)).toContain('/clerk-users-webhook');
  });

  test.each(routes)(
    '$method $path refuses with a 4xx, changes nothing and tells nothing',
    async ({ path, method }) => {
      const before = await rows();
      const bodies = fc.oneof(
        fc.constantFrom(...brokenBodies),
        hostileValue.map((value) => JSON.stringify(value)),
        fc.constantFrom(...samples).map((sample) => JSON.stringify(sample)),
        fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
        fc.constant('x'.repeat(300_000)),
      );
      await fc.assert(
        fc.asyncProperty(
          bodies,
          headers,
          fc.constantFrom(...oddContentTypes),
          async (body, given, type) => {
            const hasBody = method !== 'GET';
            const init = {
              method,
              headers: { ...given, 'content-type': type },
              ...(hasBody && { body }),
            };
            const response = await t.fetch(path, init);
            // 503: nothing is set up here to exchange tokens; asked of no row either.
            expect(response.status === 503 || response.status < 500).toBe(true);
            expect(!hasBody || response.status >= 400).toBe(true);
            expect(leakIn(await response.text())).toBeUndefined();
          },
        ),
        { numRuns: 50 * more },
      );
      expect(await rows()).toBe(before);
    },
    patienceMs,
  );
});

interface FieldShape {
  fieldType: Shape;
  optional: boolean;
}

/** A validator, as `exportArgs` writes it down. */
type Shape =
  | { type: 'object'; value: Record<string, FieldShape> }
  | { type: 'union'; value: Shape[] }
  | { type: 'array'; value: Shape }
  | { type: 'record'; values: FieldShape }
  | { type: 'literal'; value: unknown }
  | { type: 'id'; tableName: string }
  | { type: 'string' | 'number' | 'boolean' | 'null' | 'any' | 'bigint' | 'bytes' };

const ids: Record<string, string> = {};

/** Values that pass a validator and are as odd as it allows. */
function passing(shape: Shape): fc.Arbitrary<unknown> {
  switch (shape.type) {
    case 'object': {
      const fields = Object.entries(shape.value);
      const required = fields.flatMap(([name, { optional }]) => (optional ? [] : [name]));
      const entries = fields.map(([name, { fieldType }]) => [name, passing(fieldType)] as const);
      return fc.record(Object.fromEntries(entries), { requiredKeys: required });
    }
    case 'union':
      return fc.oneof(...shape.value.map(passing));
    case 'array':
      return fc.array(passing(shape.value), { maxLength: 3 });
    case 'record':
      return fc.constant({});
    case 'literal':
      return fc.constant(shape.value);
    case 'id':
      return fc.constantFrom(ids[shape.tableName] ?? 'none', 'none', '', 'x'.repeat(40));
    case 'string':
      return hostileText;
    case 'number':
      return fc.oneof(fc.double(), fc.constantFrom(0, -1, 0.5, 1e9, NaN, Infinity, -Infinity));
    case 'boolean':
      return fc.boolean();
    case 'null':
      return fc.constant(null);
    case 'bigint':
      return fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    case 'bytes':
    case 'any':
      return hostileValue;
  }
}

interface PublicFunction {
  name: string;
  kind: 'query' | 'mutation' | 'action';
  args: Shape;
}

async function publicFunctions(): Promise<PublicFunction[]> {
  const found: PublicFunction[] = [];
  for (const [file, load] of Object.entries(convexModules)) {
    const path = /convex\/(\w+)\.ts$/.exec(file)?.[1];
    if (path === undefined || file.includes('_generated')) continue;
    for (const [name, exported] of Object.entries((await load()) as object)) {
      if (typeof exported !== 'function' || !('isPublic' in exported)) continue;
      // What the builders of `convex/server` put on every function.
      const fn = exported as unknown as Record<'isQuery' | 'isMutation', true | undefined> & {
        exportArgs: () => string;
      };
      const kind = fn.isQuery ? 'query' : fn.isMutation ? 'mutation' : 'action';
      found.push({ name: `${path}:${name}`, kind, args: JSON.parse(fn.exportArgs()) as Shape });
    }
  }
  return found;
}

const functions = await publicFunctions();

describe('every public function, whatever it is given', () => {
  test('there are some', () => {
    expect(functions.length).toBeGreaterThan(10);
  });

  async function call({ name, kind }: PublicFunction, by: string, args: object): Promise<unknown> {
    const caller = by === 'nobody' ? t : as(t, by);
    // Which kind it is was read from the function itself.
    if (kind === 'query') return await caller.query(makeFunctionReference<'query'>(name), args);
    if (kind === 'mutation') {
      return await caller.mutation(makeFunctionReference<'mutation'>(name), args);
    }
    return await caller.action(makeFunctionReference<'action'>(name), args);
  }

  test.each(functions)(
    '$name answers, or refuses with a code or as invalid, and then changes nothing',
    async (fn) => {
      ids.users = await t.run(async (ctx) => (await ctx.db.query('users').first())?._id ?? '');
      ids.organizations = await t.run(
        async (ctx) => (await ctx.db.query('organizations').first())?._id ?? '',
      );
      const args = fc.oneof(
        { weight: 4, arbitrary: passing(fn.args) },
        {
          weight: 1,
          arbitrary: fc.dictionary(fc.constantFrom('userId', 'role', 'x'), hostileText),
        },
      );
      const callers = fc.constantFrom('boss', 'ann', 'stranger', 'nobody');
      await fc.assert(
        fc.asyncProperty(args, callers, async (given, by) => {
          const before = await rows();
          const refusal = await call(fn, by, given as object).then(() => undefined, refusalOf);
          expect(refusal ?? 'refused').toBe('refused');
          expect(refusal === undefined || (await rows()) === before).toBe(true);
        }),
        { numRuns: 15 * more },
      );
    },
    patienceMs,
  );
});

/** Coded by us, or by Convex's own check of arguments and ids; anything else would be a 500. */
function refusalOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if ('data' in error) {
    return leakIn(JSON.stringify(error.data)) ?? 'refused';
  }
  return /[Vv]alidator|Unexpected field|Missing required field|Expected (an )?ID|not supported/.test(
    error.message,
  )
    ? 'refused'
    : `${error.message}\n${error.stack}`;
}
