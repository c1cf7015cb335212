import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { randomUUID } from 'node:crypto';
import type { ClerkServices } from '../services';
import { ClerkError } from './clerk-error';
import { corsHeaders, isLoopbackOrigin } from './origins';
import { parseBody, parseCookies, readBody } from './request-body';
import {
  createRouter,
  type Method,
  type Reply,
  type RequestContext,
  type Route,
  type RouteMatch,
  type Router,
} from './router';

export interface RouteGroup {
  name: 'backend' | 'frontend' | 'public' | 'dashboard' | 'control';
  routes: readonly Route[];
  /** Answers cross-origin requests of pages on loopback, with credentials. */
  cors: boolean;
  /** Runs before every handler of the group; throws or answers to stop the request. */
  before?: (ctx: RequestContext) => Reply | void | Promise<Reply | void>;
}

interface CompiledGroup extends RouteGroup {
  router: Router;
}

interface Target {
  group: CompiledGroup;
  match: RouteMatch;
}

const methods: readonly string[] = ['GET', 'POST', 'PATCH', 'PUT', 'DELETE'];

/** The HTTP server of the local Clerk. The first group with a matching route gets the request. */
export function createHttpServer(
  services: ClerkServices,
  routeGroups: readonly RouteGroup[],
): Server {
  const groups = routeGroups.map((group) => ({ ...group, router: createRouter(group.routes) }));
  return createServer((request, response) => {
    void answer(request, response, services, groups);
  });
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  services: ClerkServices,
  groups: readonly CompiledGroup[],
): Promise<void> {
  const traceId = randomUUID().replaceAll('-', '');
  const origin = request.headers.origin;
  let cors = {};
  try {
    const url = new URL(request.url ?? '/', 'http://local');
    const method = effectiveMethod(request, url);
    if (request.method === 'OPTIONS') {
      const headers = isLoopbackOrigin(origin) ? corsHeaders(origin) : {};
      return send(response, { status: 204, headers }, traceId);
    }
    const target = findTarget(groups, request, method, url.pathname);
    if (!target) throw noSuchRoute(method, url.pathname);
    if (target.group.cors && isLoopbackOrigin(origin)) cors = corsHeaders(origin);
    const reply = await handle({ request, url, method, services }, target);
    send(response, { ...reply, headers: { ...cors, ...reply.headers } }, traceId);
  } catch (error) {
    // The caller hung up: there is nobody to answer, and nothing is wrong here.
    if (response.destroyed) return;
    const known = error instanceof ClerkError ? error : unexpected(error, traceId);
    const headers = { ...cors, ...known.headers };
    send(response, { status: known.status, json: known.body(traceId), headers }, traceId);
  }
}

interface Incoming {
  request: IncomingMessage;
  url: URL;
  method: Method;
  services: ClerkServices;
}

async function handle(
  { request, url, method, services }: Incoming,
  target: Target,
): Promise<Reply> {
  const rawBody = await readBody(request);
  const ctx: RequestContext = {
    method,
    path: url.pathname,
    params: target.match.params,
    query: url.searchParams,
    headers: request.headers,
    cookies: parseCookies(request.headers.cookie),
    body: {},
    rawBody,
    clientIp: request.socket.remoteAddress ?? '',
    services,
  };
  const early = await target.group.before?.(ctx);
  if (early) return early;
  ctx.body = parseBody(rawBody, request.headers['content-type']);
  return await target.match.route.handler(ctx);
}

/** Browsers tunnel PATCH, PUT and DELETE as `POST ?_method=`, to avoid a preflight. */
function effectiveMethod(request: IncomingMessage, url: URL): Method {
  const tunnelled = request.method === 'POST' ? url.searchParams.get('_method') : null;
  const method = (tunnelled ?? request.method ?? 'GET').toUpperCase();
  if (method === 'HEAD') return 'GET';
  // Unknown methods match no route and end as 404; OPTIONS is answered before.
  return (methods.includes(method) ? method : 'GET') as Method;
}

/**
 * Both APIs live under `/v1` and share some paths (`/v1/organizations`). A secret key means the
 * Backend API; everything else belongs to the browser wherever the Frontend API has the path.
 */
function findTarget(
  groups: readonly CompiledGroup[],
  request: IncomingMessage,
  method: Method,
  path: string,
): Target | null {
  const bearer = request.headers.authorization ?? '';
  const server = /^Bearer\s+sk_/i.test(bearer);
  for (const group of groups) {
    if (server && group.name === 'frontend') continue;
    const match = group.router.match(method, path);
    if (match) return { group, match };
  }
  if (!server) return null;
  const frontend = groups.find((group) => group.name === 'frontend');
  const match = frontend?.router.match(method, path);
  return frontend && match ? { group: frontend, match } : null;
}

function noSuchRoute(method: string, path: string): ClerkError {
  return new ClerkError(404, {
    code: 'resource_not_found',
    message: 'not found',
    longMessage: `The local Clerk has no ${method} ${path}.`,
  });
}

function unexpected(error: unknown, traceId: string): ClerkError {
  console.error(`local Clerk: request ${traceId} failed`, error);
  return new ClerkError(500, {
    code: 'internal_clerk_error',
    message: 'Oops, an unexpected error occurred',
    longMessage: `There was an internal error on the local Clerk; its log has it under ${traceId}.`,
  });
}

function send(response: ServerResponse, reply: Reply, traceId: string): void {
  const headers: Record<string, string | string[]> = {
    'x-clerk-trace-id': traceId,
    'cache-control': 'no-store',
    ...reply.headers,
  };
  let content: string | Buffer = '';
  if ('json' in reply) {
    headers['content-type'] = 'application/json';
    content = JSON.stringify(reply.json);
  } else if ('content' in reply) {
    headers['content-type'] = reply.type;
    content = reply.content;
  }
  response.writeHead(reply.status ?? 200, lowerCaseNames(headers)).end(content);
}

function lowerCaseNames(headers: Record<string, string | string[]>) {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
