import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { AuthError } from '../auth/auth-error';
import { newRequestId, type ServerContext } from './context';
import { deployRoutes } from './deploy-routes';
import { envRoutes } from './env-routes';
import { functionRoutes, runRoute } from './function-routes';
import { requireLoopbackHost } from './host-guard';
import { HttpError } from './http-error';
import { serveHttpAction } from './http-actions';
import { allowCors, sendError, sendText } from './responses';
import { findRoute, type Route } from './router';

/** Longer than clients keep idle connections, so that they and not we close first. */
const keepAliveMs = 75_000;

export function newHttpServer(): Server {
  const server = createServer({ keepAliveTimeout: keepAliveMs });
  // Actions may run for 30 minutes; only the arrival of a request is timed (Node's default 300 s).
  server.timeout = 0;
  return server;
}

/** The API port: functions, deploy API, and HTTP actions under `/http/`. */
export function apiListener(context: ServerContext): RequestListener {
  const admin = (route: Route): Route => {
    return async (request, response, url) => {
      await requireAdmin(context, request);
      await route(request, response, url);
    };
  };
  const guarded = Object.entries({ ...deployRoutes(context), ...envRoutes(context) });
  const run = runRoute(context);
  const routes: Record<string, Route> = {
    'GET /': (_request, response) => sendText(response, 200, 'This Convex deployment is running.'),
    'GET /version': (_request, response) => sendText(response, 200, 'rollcall-local'),
    'GET /instance_name': (_request, response) => sendText(response, 200, context.instanceName),
    ...functionRoutes(context),
    ...Object.fromEntries(guarded.map(([key, route]) => [key, admin(route)])),
  };
  return listener(async (request, response, url) => {
    if (url.pathname === '/http' || url.pathname.startsWith('/http/')) {
      const path = (request.url ?? '').slice('/http'.length);
      return serveHttpAction(context, request, response, path.startsWith('/') ? path : `/${path}`);
    }
    allowCors(request, response);
    const method = request.method ?? 'GET';
    if (method === 'OPTIONS') {
      response.writeHead(204).end();
      return;
    }
    if (method === 'POST' && url.pathname.startsWith('/api/run/')) {
      return run(request, response, url);
    }
    return findRoute(routes, method, url.pathname)(request, response, url);
  });
}

/** The site port: HTTP actions and nothing else. */
export function siteListener(context: ServerContext): RequestListener {
  return listener((request, response) =>
    serveHttpAction(context, request, response, request.url ?? '/'),
  );
}

function listener(route: Route): RequestListener {
  return (request, response) => {
    const requestId = newRequestId();
    const serve = async () => {
      requireLoopbackHost(request.headers.host);
      await route(request, response, parseUrl(request.url ?? '/'));
    };
    serve().catch((error: unknown) => sendError(request, response, error, requestId));
  };
}

/** Joined as text: a path like `//host` must not become another host. */
function parseUrl(path: string): URL {
  try {
    if (path.startsWith('/')) return new URL(`http://localhost${path}`);
  } catch {
    // Told below.
  }
  throw new HttpError(400, 'BadRequest', 'The address of the request is malformed.');
}

async function requireAdmin({ bearers }: ServerContext, request: IncomingMessage): Promise<void> {
  const { identity } = await bearers.fromHeader(request.headers.authorization);
  if (identity.kind === 'admin') return;
  throw new AuthError(
    'BadAdminKey',
    'This endpoint needs the admin key: send "Authorization: Convex <admin key>".',
  );
}
