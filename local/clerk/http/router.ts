import type { IncomingHttpHeaders } from 'node:http';
import type { ClerkServices } from '../services';

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE';

/** What a handler sees of a request. */
export interface RequestContext {
  /** After `_method` tunnelling. */
  method: Method;
  path: string;
  /** Values of the `:name` segments of the pattern, decoded. */
  params: Record<string, string>;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** By name, decoded; the first of several with the same name. */
  cookies: Record<string, string>;
  /** The parsed JSON object or the form fields (all strings); `{}` without a body. */
  body: Record<string, unknown>;
  rawBody: Buffer;
  clientIp: string;
  services: ClerkServices;
}

/** An answer. `json` is sent as exactly `application/json`: Clerk's SDK parses nothing else. */
export type Reply =
  | { status?: number; json: unknown; headers?: ReplyHeaders }
  | { status?: number; content: string | Buffer; type: string; headers?: ReplyHeaders }
  | { status: number; headers?: ReplyHeaders };

export type ReplyHeaders = Record<string, string | string[]>;

export type Handler = (ctx: RequestContext) => Reply | Promise<Reply>;

export interface Route {
  method: Method;
  /** `/v1/users/:userId`; a last segment `*rest` takes everything that follows. */
  pattern: string;
  handler: Handler;
}

export function route(method: Method, pattern: string, handler: Handler): Route {
  return { method, pattern, handler };
}

interface CompiledRoute {
  route: Route;
  segments: string[];
}

export interface RouteMatch {
  route: Route;
  params: Record<string, string>;
}

export interface Router {
  match(method: string, path: string): RouteMatch | null;
}

/** Literal segments win over `:name` ones, whatever the order of the list. */
export function createRouter(routes: readonly Route[]): Router {
  const compiled = routes
    .map((entry): CompiledRoute => ({ route: entry, segments: segmentsOf(entry.pattern) }))
    .sort((a, b) => specificity(b) - specificity(a));
  return {
    match(method, path) {
      const actual = segmentsOf(path);
      for (const candidate of compiled) {
        if (candidate.route.method !== method) continue;
        const params = matchSegments(candidate.segments, actual);
        if (params) return { route: candidate.route, params };
      }
      return null;
    },
  };
}

function segmentsOf(path: string): string[] {
  return path.split('/').filter((segment) => segment !== '');
}

function specificity(candidate: CompiledRoute): number {
  const wild = candidate.segments.some((segment) => segment.startsWith('*')) ? 1000 : 0;
  return candidate.segments.filter((segment) => !segment.startsWith(':')).length - wild;
}

function matchSegments(pattern: string[], actual: string[]): Record<string, string> | null {
  const params: Record<string, string> = {};
  for (const [index, expected] of pattern.entries()) {
    if (expected.startsWith('*')) {
      params[expected.slice(1)] = actual.slice(index).map(decodeSegment).join('/');
      return params;
    }
    const given = actual[index];
    if (given === undefined) return null;
    if (expected.startsWith(':')) params[expected.slice(1)] = decodeSegment(given);
    else if (expected !== given) return null;
  }
  return pattern.length === actual.length ? params : null;
}

function decodeSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}
