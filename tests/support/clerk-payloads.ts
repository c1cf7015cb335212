import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { parse } from 'yaml';
import { clerkOpenApiFile } from './clerk-openapi';
import type { ClerkEnvelope } from './fake-clerk';

/*
 * Every payload that Clerk's published webhook schema allows. Needs `hasClerkOpenApi`.
 */

type Json = Record<string, unknown>;

/** The events that Rollcall applies. */
export const clerkEventTypes = ['user', 'organization', 'organizationMembership'].flatMap((noun) =>
  ['created', 'updated', 'deleted'].map((verb) => `${noun}.${verb}`),
);

/** Ids and times have a form that the schema does not write down; everything else may be anything it allows. */
const named: Record<string, fc.Arbitrary<unknown>> = {
  id: fc.stringMatching(/^[a-z]{2,6}_[A-Za-z0-9]{1,24}$/),
  user_id: fc.stringMatching(/^user_[A-Za-z0-9]{1,24}$/),
  created_at: fc.integer({ min: 1, max: 4_000_000_000_000 }),
  updated_at: fc.integer({ min: 1, max: 4_000_000_000_000 }),
};

/** Values that fit an OpenAPI schema, optional properties present or not, `depth` levels of references. */
function fitting(document: Json, schema: unknown, depth: number): fc.Arbitrary<unknown> {
  const source = object(schema);
  const plain = unnullable(document, source, depth);
  return source.nullable === true ? fc.option(plain) : plain;
}

function unnullable(document: Json, source: Json, depth: number): fc.Arbitrary<unknown> {
  if (typeof source.$ref === 'string') {
    const name = source.$ref.split('/').pop() ?? '';
    const target = object(object(document.components).schemas)[name];
    return depth === 0 ? fc.constant({}) : fitting(document, target, depth - 1);
  }
  const choices = [...list(source.oneOf), ...list(source.anyOf)];
  if (choices.length > 0) {
    return fc.oneof(...choices.map((choice) => fitting(document, choice, depth)));
  }
  if (Array.isArray(source.enum)) return fc.constantFrom(...(source.enum as unknown[]));
  if (source.properties !== undefined || source.allOf !== undefined || source.type === 'object') {
    return objects(document, source, depth);
  }
  switch (source.type) {
    case 'array':
      return fc.array(fitting(document, source.items, depth), { maxLength: 3 });
    case 'integer':
      return fc.maxSafeInteger();
    case 'number':
      return fc.double({ noNaN: true });
    case 'boolean':
      return fc.boolean();
    case 'string':
      return fc.string({ unit: 'binary', maxLength: 40 });
    default:
      return fc.jsonValue();
  }
}

function objects(document: Json, source: Json, depth: number): fc.Arbitrary<unknown> {
  const own = Object.entries(object(source.properties)).map(
    ([name, schema]) => [name, named[name] ?? fitting(document, schema, depth)] as const,
  );
  const required = list(source.required).filter((name) => own.some(([known]) => known === name));
  const fields = fc.record(Object.fromEntries(own), { requiredKeys: required as string[] });
  const parts = list(source.allOf).map((part) => fitting(document, part, depth));
  const free =
    source.additionalProperties === true
      ? fc.dictionary(fc.string({ unit: 'binary', maxLength: 10 }), fc.jsonValue(), { maxKeys: 4 })
      : fc.constant({});
  return fc.tuple(free, fields, ...parts).map((all) => Object.assign({}, ...all) as unknown);
}

function list(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

/** Events of a type, in envelopes of the instance `ours`. */
export function clerkEvents(type: string, ours: string): fc.Arbitrary<ClerkEnvelope> {
  const document = parse(readFileSync(clerkOpenApiFile('webhooks'), 'utf8'), {
    maxAliasCount: -1,
  }) as Json;
  const post = object(object(object(document['x-webhooks'])[type]).post);
  const media = object(object(object(post.requestBody).content)['application/json']);
  const data = list(object(media.schema).allOf).map((part) => object(object(part).properties).data);
  const schema = data.find((part) => part !== undefined);
  if (schema === undefined) throw new Error(`Clerk describes no data of ${type}`);
  return fitting(document, schema, 4).map((value) => ({
    object: 'event',
    type,
    data: value,
    timestamp: 1_767_225_600_000,
    instance_id: ours,
  }));
}
