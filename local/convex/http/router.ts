import type { IncomingMessage, ServerResponse } from 'node:http';
import { HttpError } from './http-error';

export type Route = (
  request: IncomingMessage,
  response: ServerResponse,
  url: URL,
) => Promise<void> | void;

/** Finds the route by `METHOD /path`, or says whether the path or the method is wrong. */
export function findRoute(routes: Record<string, Route>, method: string, pathname: string): Route {
  const route = routes[`${method} ${pathname}`];
  if (route) return route;
  const allowed = Object.keys(routes)
    .filter((key) => key.endsWith(` ${pathname}`))
    .map((key) => key.split(' ')[0]);
  if (allowed.length > 0) {
    throw new HttpError(405, 'MethodNotAllowed', `${pathname} takes ${allowed.join(', ')} only.`);
  }
  throw new HttpError(
    404,
    'NotFound',
    `The local Convex runtime has no endpoint ${method} ${pathname}. HTTP actions are served on ` +
      'the site address (CONVEX_SITE_URL) and under /http/.',
  );
}
