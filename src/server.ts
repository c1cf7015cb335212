import handler, { createServerEntry } from '@tanstack/react-start/server-entry';
import { randomBytes, randomUUID } from 'node:crypto';
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

async function respond(request: Request, context: RequestContext): Promise<Response> {
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

export default createServerEntry({
  async fetch(request) {
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
  },
});
