import type { AnyTRPCRouter } from '@trpc/server';
import { z } from 'zod';
import { createDocument, type ZodOpenApiOperationObject } from 'zod-openapi';
import { appConfig } from '../../../app.config';
import { endpointsOf, type Endpoint } from './find-endpoint';
import { errorAnswer } from './shapes';

/** Why each refusal can happen, in the words of the document. */
const refusals: Record<number, string> = {
  400: 'The input is not valid.',
  401: 'No credential, or one that is not accepted.',
  403: 'The caller may not do this.',
  404: 'There is no such thing.',
  406: 'Accept excludes JSON.',
  409: 'The state of the person or thing does not allow it.',
  413: 'The body is too large.',
  415: 'The body is not JSON.',
  429: 'Too many requests; Retry-After says how many seconds to wait.',
  502: 'Clerk or the database did not answer.',
  503: 'A setting is missing.',
};

function errorsOf({ rest }: Endpoint): number[] {
  const hasBody = rest.method === 'POST' || rest.method === 'PATCH';
  // 409: the first request of a person who has no row yet.
  const always = [400, 401, 403, 406, 409, 429, 502, 503];
  return [...new Set([...always, ...(hasBody ? [413, 415] : []), ...(rest.errors ?? [])])];
}

function responsesOf(endpoint: Endpoint): ZodOpenApiOperationObject['responses'] {
  const { output, status = 200 } = endpoint.rest;
  const wait = z.number().int().meta({ description: 'Seconds to wait.' });
  const errors = errorsOf(endpoint)
    .toSorted((a, b) => a - b)
    .map((code) => [
      String(code),
      {
        description: refusals[code] ?? 'Refused.',
        content: { 'application/json': { schema: errorAnswer } },
        ...(code === 429 && { headers: z.object({ 'retry-after': wait }) }),
      },
    ]);
  const success = { description: 'Done.', content: { 'application/json': { schema: output } } };
  // The keys are status codes, which the type spells out one by one.
  return Object.fromEntries([
    [String(status), success],
    ...errors,
  ]) as ZodOpenApiOperationObject['responses'];
}

function operationOf(endpoint: Endpoint): ZodOpenApiOperationObject {
  const { rest, path, procedure, input } = endpoint;
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
  const shape = Object.entries(input?.shape ?? {});
  const pathFields = Object.fromEntries(shape.filter(([name]) => inPath.includes(name)));
  const others = Object.fromEntries(shape.filter(([name]) => !inPath.includes(name)));
  const hasBody = rest.method === 'POST' || rest.method === 'PATCH';
  const alias = rest.path === path ? '' : `.${path.split('/')[2]}`;
  const needs =
    rest.permission === 'signedIn'
      ? 'For everyone signed in.'
      : `Needs ${[rest.permission, ...(rest.also ?? [])].map((name) => `\`${name}\``).join(' and ')}.`;
  return {
    operationId: `${procedure}${alias}`,
    tags: [rest.tag],
    summary: rest.summary,
    description: [rest.description, needs].filter(Boolean).join(' '),
    requestParams: {
      ...(inPath.length > 0 && { path: z.object(pathFields) }),
      ...(!hasBody && Object.keys(others).length > 0 && { query: z.object(others) }),
    },
    ...(hasBody &&
      Object.keys(others).length > 0 && {
        requestBody: {
          required: Object.values(others).some((field) => !field.safeParse(undefined).success),
          content: { 'application/json': { schema: z.strictObject(others) } },
        },
      }),
    responses: responsesOf(endpoint),
    security: [{ apiToken: [] }, { session: [] }],
  };
}

/** The REST API in OpenAPI 3.1, from the procedures that serve it. */
export function openApiDocument(router: AnyTRPCRouter, serverUrl: string) {
  const paths: Record<string, Record<string, ZodOpenApiOperationObject>> = {};
  for (const endpoint of endpointsOf(router)) {
    const method = endpoint.rest.method.toLowerCase();
    paths[endpoint.path] = { ...paths[endpoint.path], [method]: operationOf(endpoint) };
  }
  return createDocument({
    openapi: '3.1.0',
    info: {
      title: `${appConfig.name} API`,
      version: '1',
      description:
        'People, roles and their synchronisation with Clerk. Lists answer `{items, cursor}`; pass `cursor` back for the next page. Errors answer `{code, message, field?, retryAfterMs?}`.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: serverUrl }],
    components: {
      securitySchemes: {
        apiToken: {
          type: 'http',
          scheme: 'bearer',
          description:
            'An API token (`rc_...`), made under Settings or by `rollcall tokens create`.',
        },
        session: {
          type: 'apiKey',
          in: 'cookie',
          name: '__session',
          description: 'A signed-in person on a page of this very site.',
        },
      },
    },
    paths,
  });
}
