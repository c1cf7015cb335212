import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { parse } from 'yaml';

/** Clerk's published descriptions, by the part of the product that each describes. */
const documents = {
  backend: 'bapi-2026-05-12.yml',
  frontend: 'fapi-2026-05-12.yml',
  webhooks: 'webhooks-2025-04-15.yml',
} as const;

export type ClerkDocument = keyof typeof documents;

const repositoryRoot = resolve(import.meta.dirname, '../..');
const directory = resolve(
  repositoryRoot,
  process.env.CLERK_OPENAPI_DIR ?? '../shared/data/clerk-openapi',
);

/** Where one of Clerk's descriptions is, if it is on this machine. */
export const clerkOpenApiFile = (name: ClerkDocument) => join(directory, documents[name]);

/** False when Clerk's descriptions are not on this machine; tests then say so by name. */
export const hasClerkOpenApi = Object.values(documents).every((file) =>
  existsSync(join(directory, file)),
);

/** Title for what cannot be checked without them; fails on CI, where they must be present. */
export function withoutClerkOpenApi(what: string): string {
  if (process.env.CI) {
    throw new Error(
      `${what} needs Clerk's OpenAPI files: set CLERK_OPENAPI_DIR (now ${directory})`,
    );
  }
  return `${what}: NOT RUN, no Clerk OpenAPI files in ${directory} (set CLERK_OPENAPI_DIR)`;
}

export interface ClerkOpenApi {
  /** Throws with every mismatch when `value` is not a component schema of that name. */
  expectSchema(name: string, value: unknown): void;
  /** The same for the answer of an operation, by path template, method and status. */
  expectResponse(operation: OperationAnswer, value: unknown): void;
  /** The same for a whole webhook, by its event type. */
  expectWebhook(type: string, value: unknown): void;
  /** The path template that a real path belongs to, or null. */
  templateOf(path: string, method: string): string | null;
}

export interface OperationAnswer {
  path: string;
  method: string;
  status: number;
}

type Json = Record<string, unknown>;

const loaded = new Map<ClerkDocument, ClerkOpenApi>();

/** Reads one of Clerk's descriptions (once per process) and makes it checkable with ajv. */
export function loadClerkOpenApi(name: ClerkDocument): ClerkOpenApi {
  const known = loaded.get(name);
  if (known) return known;
  const text = readFileSync(clerkOpenApiFile(name), 'utf8');
  const api = createApi(parse(text, { maxAliasCount: -1 }) as Json);
  loaded.set(name, api);
  return api;
}

function createApi(document: Json): ClerkOpenApi {
  const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
  const schemas = object(object(document.components).schemas);
  ajv.addSchema({ $id: 'clerk', components: { schemas: jsonSchemas(schemas) } });
  const compiled = new Map<string, ValidateFunction>();
  const check = (key: string, schema: () => unknown, value: unknown) => {
    let validate = compiled.get(key);
    if (!validate) {
      validate = ajv.compile({ ...object(toJsonSchema(schema(), false, schemas)) });
      compiled.set(key, validate);
    }
    if (validate(value)) return;
    const faults = (validate.errors ?? []).map(
      (fault) => `${fault.instancePath || '/'} ${fault.message} ${JSON.stringify(fault.params)}`,
    );
    throw new Error(
      `not a valid ${key}:\n  ${faults.join('\n  ')}\n${JSON.stringify(value, null, 1)}`,
    );
  };
  const paths = object(document.paths);
  return {
    expectSchema(name, value) {
      if (!schemas[name]) throw new Error(`Clerk describes no schema ${name}`);
      check(name, () => ({ $ref: `#/components/schemas/${name}` }), value);
    },
    expectResponse({ path, method, status }, value) {
      const key = `${method.toUpperCase()} ${path} ${status}`;
      check(key, () => responseSchema(document, paths, { path, method, status }), value);
    },
    expectWebhook(type, value) {
      check(`webhook ${type}`, () => webhookSchema(document, type), value);
    },
    templateOf: (path, method) => templateOf(paths, path, method),
  };
}

function responseSchema(document: Json, paths: Json, { path, method, status }: OperationAnswer) {
  const operation = object(object(paths[path])[method.toLowerCase()]);
  if (Object.keys(operation).length === 0) throw new Error(`Clerk has no ${method} ${path}`);
  const named = object(operation.responses)[String(status)];
  if (!named) throw new Error(`Clerk's ${method} ${path} never answers ${status}`);
  const response = object(dereference(document, named));
  const media = object(object(response.content)['application/json']);
  if (!media.schema) throw new Error(`Clerk's ${method} ${path} ${status} describes no JSON`);
  return media.schema;
}

function webhookSchema(document: Json, type: string): unknown {
  const post = object(object(object(document['x-webhooks'])[type]).post);
  const media = object(object(object(post.requestBody).content)['application/json']);
  if (!media.schema) throw new Error(`Clerk describes no webhook ${type}`);
  return media.schema;
}

function templateOf(paths: Json, path: string, method: string): string | null {
  const actual = path.split('/');
  const fitting = Object.keys(paths).filter((template) => {
    const expected = template.split('/');
    return (
      object(paths[template])[method.toLowerCase()] !== undefined &&
      expected.length === actual.length &&
      expected.every((segment, index) => segment.startsWith('{') || segment === actual[index])
    );
  });
  const wildness = (template: string) => template.split('{').length;
  return fitting.sort((a, b) => wildness(a) - wildness(b))[0] ?? null;
}

function dereference(document: Json, value: unknown): unknown {
  const reference = object(value).$ref;
  if (typeof reference !== 'string') return value;
  let at: unknown = document;
  for (const step of reference.replace('#/', '').split('/')) at = object(at)[step];
  return at;
}

/**
 * OpenAPI 3.0 schemas as JSON Schema 2020-12. Each component comes twice: as written, and `open`
 * (without its own `additionalProperties: false`) for use inside `allOf`, where a closed part would
 * forbid what its siblings add; the `allOf` as a whole is then closed instead.
 */
function jsonSchemas(schemas: Json): Json {
  const result: Json = {};
  for (const [name, schema] of Object.entries(schemas)) {
    result[name] = toJsonSchema(schema, false, schemas);
    result[openName(name)] = toJsonSchema(schema, true, schemas);
  }
  return result;
}

const openName = (name: string) => `${name}--open`;
const dropped = new Set([
  'nullable',
  'discriminator',
  'example',
  'examples',
  'xml',
  'externalDocs',
]);

function toJsonSchema(schema: unknown, open: boolean, schemas: Json): unknown {
  if (Array.isArray(schema)) return schema.map((item) => toJsonSchema(item, false, schemas));
  if (typeof schema !== 'object' || schema === null) return schema;
  const source = schema as Json;
  if (typeof source.$ref === 'string') {
    const name = source.$ref.split('/').pop() ?? '';
    return { $ref: `clerk#/components/schemas/${open ? openName(name) : name}` };
  }
  const result: Json = {};
  for (const [key, value] of Object.entries(source)) {
    if (dropped.has(key) || key.startsWith('x-')) continue;
    if (key === 'properties') result[key] = mapValues(object(value), schemas);
    else if (key === 'allOf')
      result[key] = (value as unknown[]).map((part) => toJsonSchema(part, true, schemas));
    else if (key === 'enum' || key === 'required') result[key] = value;
    else result[key] = toJsonSchema(value, false, schemas);
  }
  if (open) delete result.additionalProperties;
  if (
    Array.isArray(source.allOf) &&
    !open &&
    source.allOf.some((part) => isClosed(part, schemas))
  ) {
    result.unevaluatedProperties = false;
  }
  return source.nullable === true ? { anyOf: [{ type: 'null' }, result] } : result;
}

/** Whether a part of an `allOf` forbids properties it does not name, itself or through its name. */
function isClosed(part: unknown, schemas: Json): boolean {
  const source = object(part);
  if (typeof source.$ref === 'string') {
    return isClosed(schemas[source.$ref.split('/').pop() ?? ''], schemas);
  }
  return source.additionalProperties === false;
}

function mapValues(properties: Json, schemas: Json): Json {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [
      name,
      toJsonSchema(schema, false, schemas),
    ]),
  );
}

function object(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}
