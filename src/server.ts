import handler, { createServerEntry } from '@tanstack/react-start/server-entry';
import { randomBytes, randomUUID } from 'node:crypto';
import type { ServerPlugin } from 'srvx';
import { EnvironmentError, serverEnv } from './env.server';
import { runtimeConfig } from './env';
import { errorPage } from './server/error-page';
import { errorField, logger, writeRequestEvent, type RequestEvent } from './server/log';
import type { RequestContext } from './server/request-event';
import { withSecurityHeaders } from './server/security-headers';
import { errorBody } from './shared/error-codes';

const isDev = process.env['NODE_ENV'] === 'development';

/** Requirement B9: a wrong environment ends the start, with everything that is wrong named. */
function checkEnvironment(): void {
  try {
    serverEnv();
  } catch (error) {
    if (!(error instanceof EnvironmentError) || isDev) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(1);
  }
}

checkEnvironment();

/** False for addresses such as `/%ff`: nothing is there, and the router would fail on them. */
function isReadable(pathname: string): boolean {
  try {
    // The value is used, or the bundler leaves the call out as one without effect.
    return decodeURI(pathname).length > 0;
  } catch {
    return false;
  }
}

function refusalOfPath(pathname: string): Response | undefined {
  if (isReadable(pathname)) return undefined;
  const message = 'The address is malformed: after % there must be two digits that make UTF-8.';
  const body = errorBody('INVALID_INPUT', { field: 'path', message });
  return pathname.startsWith('/api/') ? Response.json(body, { status: 400 }) : errorPage(body);
}

async function respond(request: Request, context: RequestContext): Promise<Response> {
  const refusal = refusalOfPath(context.event.path);
  if (refusal) return refusal;
  try {
    return await handler.fetch(request, { context });
  } catch (error) {
    context.event.error = errorField(error);
    return errorPage(errorBody('INTERNAL'), { requestId: context.event.requestId });
  }
}

/**
 * `srvx serve` prints the address of every request once it is answered. A query string can hold
 * Clerk's handshake token or the name of a person, so from then on the request shows its path only.
 */
function hideQuery(request: Request): void {
  const [address] = request.url.split('?');
  try {
    Object.defineProperty(request, 'url', { value: address, configurable: true });
  } catch {
    // A request that cannot be changed is none of srvx's.
  }
}

async function serve(request: Request): Promise<Response> {
  const startedAtMs = performance.now();
  const event: RequestEvent = {
    requestId: randomUUID(),
    method: request.method,
    path: new URL(request.url).pathname,
  };
  const nonce = isDev ? undefined : randomBytes(16).toString('base64');
  const response = await respond(request, { event, nonce });
  const secured = withSecurityHeaders(response, { config: runtimeConfig(), nonce });
  secured.headers.set('x-request-id', event.requestId);
  const durationMs = Math.round(performance.now() - startedAtMs);
  writeRequestEvent(logger(), event, { status: secured.status, durationMs });
  hideQuery(request);
  return secured;
}

/** srvx looks for a file first, and on an address that it cannot read answers in words of its own. */
const readFirst: ServerPlugin = (server) => {
  server.options.middleware.unshift((request, next) =>
    isReadable(new URL(request.url).pathname) ? next() : serve(request),
  );
};

export default {
  ...createServerEntry({ fetch: (request) => serve(request) }),
  plugins: [readFirst],
};
