import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FunctionCall, FunctionResult, Json, JsonObject } from '../engine/contract';
import { newRequestId, type ServerContext } from './context';
import { decodeTs, encodeTs } from './encoded-ts';
import { HttpError } from './http-error';
import { toPlainJson } from './plain-json';
import { functionBodyBytesMax, readJsonObject } from './request-body';
import { sendJson, sendJsonText } from './responses';
import type { Route } from './router';

/** The status that Convex's clients expect when the function itself failed. */
const functionFailedStatus = 560;

type Kind = 'query' | 'mutation' | 'action' | 'any';

/** `/api/query`, `/api/mutation`, `/api/action`, `/api/function` and their relatives. */
export function functionRoutes(context: ServerContext): Record<string, Route> {
  const route =
    (kind: Kind): Route =>
    async (request, response) => {
      const body = await readJsonObject(request, functionBodyBytesMax);
      await answer({ context, request, response, body, kind });
    };
  return {
    'POST /api/query': route('query'),
    'POST /api/mutation': route('mutation'),
    'POST /api/action': route('action'),
    'POST /api/function': route('any'),
    'POST /api/query_ts': async (_request, response) =>
      sendJson(response, 200, { ts: encodeTs(context.engine.currentTs()) }),
    'POST /api/query_at_ts': async (request, response) => {
      const body = await readJsonObject(request, functionBodyBytesMax);
      const atTs = typeof body.ts === 'string' ? decodeTs(body.ts) : undefined;
      if (atTs === undefined) throw badRequest('"ts" must be a timestamp from /api/query_ts.');
      await answer({ context, request, response, body, kind: 'query', atTs });
    },
  };
}

/** `POST /api/run/<module>/<function>`: the path in the address, with dots or slashes. */
export function runRoute(context: ServerContext): Route {
  return async (request, response, url) => {
    // Module and function names need no escapes; an escaped one names nothing.
    const segments = url.pathname.slice('/api/run/'.length).split(/[/.]/);
    const name = segments.pop();
    const body = await readJsonObject(request, functionBodyBytesMax);
    const path = `${segments.join('/')}:${name}`;
    await answer({ context, request, response, body: { ...body, path }, kind: 'any' });
  };
}

interface Answer {
  context: ServerContext;
  request: IncomingMessage;
  response: ServerResponse;
  body: JsonObject;
  kind: Kind;
  atTs?: bigint;
}

async function answer({ context, request, response, body, kind, atTs }: Answer): Promise<void> {
  const format = formatOf(body);
  const { identity } = await context.bearers.fromHeader(request.headers.authorization);
  const call: FunctionCall = {
    path: requiredString(body, 'path'),
    args: singleArgument(body.args),
    identity,
    requestId: newRequestId(),
    ...(typeof body.componentPath === 'string' && { componentPath: body.componentPath }),
  };
  const result = await run(context, kind, call, atTs);
  sendResult(response, result, format);
}

async function run(
  { calls }: ServerContext,
  kind: Kind,
  call: FunctionCall,
  atTs: bigint | undefined,
): Promise<FunctionResult> {
  switch (kind) {
    case 'query':
      if (atTs !== undefined) return calls.queryAt(call, atTs);
      return (await calls.query(call)).result;
    case 'mutation':
      return (await calls.mutation(call)).result;
    case 'action':
      return calls.action(call);
    case 'any':
      return calls.any(call);
  }
}

type Format = 'json' | 'convex_encoded_json';

function sendResult(response: ServerResponse, result: FunctionResult, format: Format): void {
  const shown = (value: Json) => (format === 'json' ? toPlainJson(value) : value);
  const { logLines } = result;
  if (result.kind === 'success' && isShownAsIs(result.valueText, format)) {
    const rest = JSON.stringify({ logLines }).slice(1);
    sendJsonText(response, 200, `{"status":"success","value":${result.valueText},${rest}`);
    return;
  }
  if (result.kind === 'success') {
    sendJson(response, 200, { status: 'success', value: shown(result.value), logLines });
    return;
  }
  sendJson(response, functionFailedStatus, {
    status: 'error',
    errorMessage: result.errorMessage,
    ...(result.errorData !== undefined && { errorData: shown(result.errorData) }),
    logLines,
  });
}

/** Without tags in it, Convex-JSON is plain JSON. */
function isShownAsIs(valueText: string | undefined, format: Format): boolean {
  return valueText !== undefined && (format !== 'json' || !valueText.includes('"$'));
}

function formatOf(body: JsonObject): Format {
  const format = body.format ?? 'json';
  if (format === 'json' || format === 'convex_encoded_json') return format;
  throw badRequest('"format" must be "json" or "convex_encoded_json".');
}

function requiredString(body: JsonObject, field: string): string {
  const value = body[field];
  if (typeof value === 'string' && value !== '') return value;
  throw badRequest(`"${field}" must be a non-empty string.`);
}

/** Functions take one object; clients send it bare or as the only element of an array. */
function singleArgument(args: Json | undefined): Json {
  if (Array.isArray(args)) {
    if (args.length === 1 && args[0] !== undefined) return args[0];
    if (args.length === 0) return {};
    throw badRequest('"args" must hold exactly one object of named arguments.');
  }
  if (typeof args === 'object' && args !== null) return args;
  throw badRequest('"args" must be an object of named arguments.');
}

function badRequest(message: string): HttpError {
  return new HttpError(400, 'BadRequest', message);
}
