import { TRPCError, type AnyTRPCRouter } from '@trpc/server';
import { errorBody, errorCodes, type ErrorBody } from '../../shared/error-codes';
import { AppError } from '../app-error';
import type { TrpcContext } from '../context';
import { toAppError } from '../convex-client';
import { errorField } from '../log';
import { annotateRequest } from '../request-event';
import { createCallerFactory } from '../trpc';
import { errorBodyOfTrpc } from '../trpc-errors';
import { endpointsOf, findEndpoint, type Endpoint } from './find-endpoint';
import { createRate } from './rate';
import { readInput } from './read-input';

export interface RestOptions {
  router: AnyTRPCRouter;
  createContext: (request: Request) => TrpcContext;
}

function acceptsJson(accept: string | null): boolean {
  if (accept === null || accept.trim() === '') return true;
  return accept.split(',').some((part) => {
    const [type = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const refused = parameters.some((text) => /^q=0(\.0*)?$/.test(text));
    return !refused && ['*/*', 'application/*', 'application/json'].includes(type);
  });
}

function answer(status: number, body: unknown, headers: Record<string, string> = {}): Response {
  return Response.json(body, { status, headers });
}

function refusal(body: ErrorBody, status: number = errorCodes[body.code].status): Response {
  annotateRequest({ code: body.code });
  const { retryAfterMs } = body;
  const headers: Record<string, string> =
    retryAfterMs === undefined ? {} : { 'retry-after': String(Math.ceil(retryAfterMs / 1000)) };
  if (status === 401) headers['www-authenticate'] = 'Bearer';
  return answer(status, body, headers);
}

function failure(thrown: unknown): Response {
  const body = thrown instanceof TRPCError ? errorBodyOfTrpc(thrown) : toAppError(thrown).body;
  const cause = thrown instanceof TRPCError ? thrown.cause?.cause : thrown;
  if (body.code === 'INTERNAL') annotateRequest({ error: errorField(cause ?? thrown) });
  else if (cause instanceof Error) annotateRequest({ trouble: errorField(cause).message });
  return refusal(body);
}

/**
 * Serves procedures as REST: finds the one behind method and path, reads its input from query, body
 * and path, and calls it as tRPC does. Nothing is decided here but the form of requests and answers.
 */
export function restHandler({ router, createContext }: RestOptions) {
  const endpoints = endpointsOf(router);
  const callerFor = createCallerFactory(router);
  const take = createRate();

  async function call(
    endpoint: Endpoint,
    request: Request,
    { params, context }: { params: Record<string, string>; context: TrpcContext },
  ) {
    const caller = await context.caller();
    // Before the body is read: whoever is nobody costs nothing.
    if (!caller) throw new AppError('UNAUTHENTICATED');
    // Proven first: a wrong secret must not use up what the right one may do.
    await caller.convex();
    take(caller.userId);
    const input = await readInput(endpoint, request, params);
    const target = endpoint.procedure
      .split('.')
      .reduce<unknown>((at, name) => (at as Record<string, unknown>)[name], callerFor(context));
    // The path of a procedure leads to what calls it.
    return await (target as (input: unknown) => Promise<unknown>)(input);
  }

  return async function handle(request: Request): Promise<Response> {
    const found = findEndpoint(endpoints, request.method, new URL(request.url).pathname);
    if (found.kind === 'nothing') return refusal(errorBody('NOT_FOUND'));
    if (found.kind === 'otherMethod') {
      const headers = { allow: found.allow.join(', ') };
      if (request.method === 'OPTIONS') return new Response(null, { status: 204, headers });
      return answer(405, errorBody('METHOD_NOT_ALLOWED'), headers);
    }
    if (!acceptsJson(request.headers.get('accept'))) {
      const message = 'This address answers application/json only.';
      return refusal(errorBody('INVALID_INPUT', { field: 'accept', message }), 406);
    }
    const context = createContext(request);
    try {
      const { status, output } = found.endpoint.rest;
      const data = await call(found.endpoint, request, { params: found.params, context });
      // What the document does not name does not go out.
      return answer(status ?? 200, output.parse(data));
    } catch (error) {
      return failure(error);
    }
  };
}
