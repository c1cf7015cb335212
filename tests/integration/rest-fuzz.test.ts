import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { tokenScopes } from '../../src/shared/api-tokens';
import { openApiDocument } from '../../src/server/rest/openapi';
import { appRouter } from '../../src/server/routers/app';
import {
  api,
  arrive,
  as,
  connectedWorld,
  type ConvexWorld,
  deliver,
  deliveryRows,
  disconnectWorld,
  organizationRow,
  changeRow,
} from '../support/convex-world';
import { envelope, rawOrganization } from '../support/fake-clerk';
import { restWorld, thingsToDecide, tokenOf } from '../support/rest-world';

vi.mock('../../src/server/request-event', () => ({
  annotateRequest: (fields: { error?: { stack?: string } }) => {
    if (fields.error) process.stderr.write(`${fields.error.stack}\n`);
  },
}));

/** More by hand: REST_FUZZ_RUNS=20000 REST_FUZZ_SEED=7. */
const runs = Number(process.env.REST_FUZZ_RUNS ?? 800);
const seed = Number(process.env.REST_FUZZ_SEED ?? 20_261_128);

interface Schema {
  type?: string | string[];
  enum?: unknown[];
  examples?: unknown[];
  minimum?: number;
  maximum?: number;
  required?: string[];
  properties?: Record<string, Schema>;
  items?: Schema;
  $ref?: string;
}

interface Operation {
  method: string;
  path: string;
  parameters: { name: string; in: 'path' | 'query'; schema: Schema }[];
  body: Schema | undefined;
  responses: Record<string, ValidateFunction>;
}

const document = JSON.parse(JSON.stringify(openApiDocument(appRouter, 'http://rollcall.test'))) as {
  paths: Record<string, Record<string, RawOperation>>;
  components: { schemas: Record<string, Schema> };
};
interface RawOperation {
  parameters?: Operation['parameters'];
  requestBody?: { content: Record<string, { schema: Schema }> };
  responses: Record<string, { content: Record<string, { schema: Schema }> }>;
}

function operationsOf(): Operation[] {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const validator = (schema: Schema | undefined) =>
    ajv.compile({ ...schema, components: document.components });
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, raw]) => ({
      method: method.toUpperCase(),
      path,
      parameters: raw.parameters ?? [],
      body: raw.requestBody?.content['application/json']?.schema,
      responses: Object.fromEntries(
        Object.entries(raw.responses).map(([status, { content }]) => [
          status,
          validator(content['application/json']?.schema),
        ]),
      ),
    })),
  );
}

const operations = operationsOf();

function operationAt(at: number): Operation {
  const operation = operations[at];
  if (operation === undefined) throw new Error(`there is no operation ${at}`);
  return operation;
}

function resolved(schema: Schema): Schema {
  const name = schema.$ref?.split('/').at(-1);
  return name === undefined ? schema : (document.components.schemas[name] ?? {});
}

const oddText = fc.oneof(
  fc.string({ maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 20 }),
  fc.constantFrom(
    '',
    ' ',
    '../../x',
    '%',
    '%00',
    '%E0%A4',
    '\u202e',
    '😀',
    "' or 1=1",
    '__proto__',
  ),
  fc.string({
    unit: fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'.split('')),
    minLength: 32,
    maxLength: 32,
  }),
  fc.constantFrom('null', 'true', '-1', '1e999', '99999999999999999999', '0x10', 'NaN'),
);

/** A value for a field, as the document says. */
function goodValue(raw: Schema): fc.Arbitrary<unknown> {
  const schema = resolved(raw);
  const { minimum = 0, maximum = 100 } = schema;
  const choices = schema.enum ?? schema.examples;
  if (choices !== undefined) return fc.constantFrom(...choices);
  switch (schema.type) {
    case 'integer':
    case 'number':
      return fc.integer({ min: minimum, max: maximum });
    case 'boolean':
      return fc.boolean();
    case 'array':
      return fc.array(goodValue(schema.items ?? {}), { minLength: 1, maxLength: 4 });
    default:
      return fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 20 });
  }
}

function valueOf(schema: Schema): fc.Arbitrary<unknown> {
  return fc.oneof(
    { weight: 4, arbitrary: goodValue(schema) },
    { weight: 1, arbitrary: fc.integer({ min: -2, max: 120 }) },
    { weight: 1, arbitrary: oddText },
    { weight: 1, arbitrary: fc.jsonValue() },
  );
}

function goodBody(raw: Schema | undefined): fc.Arbitrary<unknown> {
  const { properties = {}, required = [] } = resolved(raw ?? {});
  const fields = Object.entries(properties).map(([name, field]) => [name, goodValue(field)]);
  return fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: required,
  });
}

function bodyOf(schema: Schema | undefined): fc.Arbitrary<unknown> {
  const { properties = {} } = resolved(schema ?? {});
  const fields = Object.entries(properties).map(([name, field]) => [name, valueOf(field)]);
  const record = fc.record(Object.fromEntries(fields) as Record<string, fc.Arbitrary<unknown>>, {
    requiredKeys: [],
  });
  const text = fc.constantFrom(
    '',
    '{',
    '[]',
    'null',
    '"x"',
    '{"a":1}{',
    '\u0000',
    '{"__proto__":{}}',
  );
  return fc.oneof(
    { weight: 5, arbitrary: record },
    { weight: 1, arbitrary: fc.jsonValue() },
    { weight: 1, arbitrary: text },
  );
}

interface Shot {
  /** Its place among `operations`: validators make no readable counterexample. */
  at: number;
  who: number;
  ids: number;
  params: Record<string, string>;
  query: [string, string][];
  body: unknown;
  headers: Record<string, string>;
}

const headersOf = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Record<string, string>>({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { accept: 'text/html' },
      { accept: '*/*;q=0' },
      { accept: ';;,,' },
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-16' },
      { 'content-type': 'multipart/form-data' },
      { 'content-length': '99999999' },
    ),
  },
);

const text = (value: unknown) =>
  typeof value === 'string' ? value : (JSON.stringify(value) ?? '');

function queryOf(parameters: Operation['parameters'], polite: boolean) {
  const pairs = parameters.map(({ name, schema }) => {
    const value = polite ? goodValue(schema) : valueOf(schema);
    return fc.option(value.map((chosen): [string, string] => [name, text(chosen)]));
  });
  const stranger = fc.option(fc.tuple(oddText, oddText), { freq: 8 });
  return (
    fc
      .tuple(...pairs, polite ? fc.constant(null) : stranger)
      .map((all) => all.filter((pair) => pair !== null))
      // Nobody makes up a cursor that is good.
      .map((all) => all.filter(([name]) => !polite || name !== 'cursor'))
  );
}

/** Half of the requests are well-formed in themselves, the other half need not be. */
function shotAt(at: number, polite: boolean): fc.Arbitrary<Shot> {
  const operation = operationAt(at);
  const inPath = operation.parameters.filter((parameter) => parameter.in === 'path');
  const inQuery = operation.parameters.filter((parameter) => parameter.in === 'query');
  return fc.record({
    at: fc.constant(at),
    // A polite caller is mostly one who may: the boss, or a token with every scope.
    who: polite ? fc.constantFrom(0, 0, 7, 7, 2, 3, 9) : fc.nat(9),
    ids: polite ? fc.nat(6) : fc.nat(9),
    params: fc.record(Object.fromEntries(inPath.map(({ name }) => [name, oddText]))),
    query: queryOf(inQuery, polite),
    body: polite ? goodBody(operation.body) : bodyOf(operation.body),
    headers: polite ? fc.constant({}) : headersOf,
  });
}

const shots = fc
  .tuple(fc.nat(operations.length - 1), fc.boolean())
  .chain(([at, polite]) => shotAt(at, polite));

let t: ConvexWorld;
let ask: ReturnType<typeof restWorld>;
let callers: (string | null)[];
let realIds: Record<string, string[]>;

beforeEach(async () => {
  ({ t } = connectedWorld());
  vi.stubEnv('CLERK_PUBLISHABLE_KEY', `pk_test_${btoa('a.clerk.test$').replace(/=+$/, '')}`);
  vi.stubEnv('CONVEX_URL', 'http://convex.test');
  vi.stubEnv('CREDENTIALS_ENCRYPTION_KEY', btoa('k'.repeat(32)));
  vi.stubEnv('CONVEX_SITE_URL', 'http://site.test');
  ask = restWorld(t);
  for (const id of ['boss', 'second']) await arrive(t, id, 'superadmin');
  await arrive(t, 'admin', 'admin');
  await arrive(t, 'staff', 'staff');
  await arrive(t, 'off', 'admin');
  await changeRow(t, 'off', { isActive: false });
  const people = [];
  for (let index = 0; index < 8; index++) people.push((await arrive(t, `user_p${index}`))._id);
  await deliver(t, envelope('organization.created', rawOrganization('org_1')));
  const { _id: organization } = await organizationRow(t, 'org_1');
  const all = await tokenOf(t, 'boss', [...tokenScopes]);
  const few = await tokenOf(t, 'second', ['users:read', 'users:setRole']);
  callers = ['boss', 'boss', 'admin', 'staff', 'off', 'stranger', null, all, all, few];
  const decide = await thingsToDecide(t);
  realIds = {
    userId: [...people, 'user_p1', 'user_nobody'],
    organizationId: [organization],
    tokenId: [few.replace('token:', '')],
    runId: [decide.runId],
    sweepId: [decide.sweepId],
    brakeId: [decide.brakeId],
    jobId: [decide.jobId],
    deliveryId: (await deliveryRows(t)).map(({ _id }) => _id),
    invitationId: [(await as(t, 'boss').mutation(api.users.invite, { email: 'i@x.test' }))._id],
  };
});
afterEach(disconnectWorld);

/** What an address can carry at all: no half of a surrogate pair. */
function wellFormed(text: string): string {
  return Buffer.from(text, 'utf8').toString('utf8');
}

async function fire(shot: Shot) {
  const { ids, params, query, body, headers } = shot;
  const operation = operationAt(shot.at);
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name: string) => {
    const all = realIds[name] ?? [];
    // Some people are never deleted, or soon nothing could be done to anybody.
    const real = operation.method === 'DELETE' && name === 'userId' ? all.slice(6) : all;
    const chosen = ids < 7 ? real[ids % Math.max(1, real.length)] : undefined;
    return encodeURIComponent(wellFormed(chosen ?? params[name] ?? 'x'));
  });
  const search = new URLSearchParams(query.map(([name, value]) => [name, wellFormed(value)]));
  const hasBody = operation.method === 'POST' || operation.method === 'PATCH';
  const address = `${path}${search.size > 0 ? `?${search.toString()}` : ''}`;
  const who = callers[shot.who % callers.length] ?? null;
  return await ask(who, operation.method, address, { ...(hasBody && { body }), headers });
}

test('C5, E2: no request gets anything but a documented answer of the documented shape', async () => {
  const seen = new Map<string, number>();
  await fc.assert(
    fc.asyncProperty(shots, async (shot) => {
      // Otherwise most would be told to come back later.
      vi.advanceTimersByTime(1_000);
      const operation = operationAt(shot.at);
      const { status, body } = await fire(shot);
      const name = `${operation.method} ${operation.path}`;
      seen.set(`${name} ${status}`, (seen.get(`${name} ${status}`) ?? 0) + 1);
      // An address that names nothing (an empty or unreadable part) is none of ours.
      if (status === 404 && (body as { code?: string }).code === 'NOT_FOUND') return;
      const validate = operation.responses[String(status)];
      expect(validate, `${name} answered ${status}, which is not documented`).toBeDefined();
      expect(
        validate?.(body),
        `${name} ${status}: ${JSON.stringify(validate?.errors)} ${JSON.stringify(body)}`,
      ).toBe(true);
    }),
    { numRuns: runs, seed, endOnFailure: false },
  );
  // A fuzz that never gets past the door proves nothing.
  const succeeded = operations.filter(({ method, path }) =>
    [200, 201, 202].some((status) => seen.has(`${method} ${path} ${status}`)),
  );
  expect(succeeded.length).toBeGreaterThan(operations.length * 0.6);
}, 300_000);
