import { newClient } from '../actions/sessions';
import { newToken } from '../ids';
import type { RequestContext, Route } from '../http/router';
import type { ClientEntity } from '../store/types';
import { isLoopbackOrigin } from '../http/origins';
import { requireClient } from './caller';
import { clientResource } from './client-resource';
import { environment } from './environment';
import { frontendRoute } from './frontend-route';

/** A new browser. Its token is a secret of 256 bits: whoever holds it is that browser. */
export function createClient(ctx: RequestContext): ClientEntity {
  const now = ctx.services.clock.now();
  return ctx.services.store.transact((tx) =>
    tx.insert('clients', newClient(`dvb_${newToken()}`, now)),
  );
}

/** Where pages of the app are when the request does not say. */
const defaultAppUrl = 'http://localhost:3000';

function getEnvironment(ctx: RequestContext) {
  const { origin } = ctx.headers;
  const appUrl = isLoopbackOrigin(origin) ? origin : defaultAppUrl;
  return { json: environment({ instanceId: ctx.services.keys.instanceId, appUrl }) };
}

function getClient(ctx: RequestContext) {
  return { json: { response: clientResource(ctx, requireClient(ctx)), client: null } };
}

/** Forgets everything this browser was signed in to, and the browser itself. */
function deleteClient(ctx: RequestContext) {
  const client = requireClient(ctx);
  const now = ctx.services.clock.now();
  const gone = ctx.services.store.transact((tx) => {
    for (const session of tx.find('sessions', { clientId: client.id, status: 'active' })) {
      tx.update('sessions', session.id, { status: 'removed' });
    }
    tx.remove('clients', client.id);
    return { ...client, lastActiveSessionId: null, updatedAt: now };
  });
  return { json: { response: clientResource(ctx, gone), client: null } };
}

export const clientRoutes: readonly Route[] = [
  frontendRoute('GET', '/v1/environment', getEnvironment),
  frontendRoute('PATCH', '/v1/environment', getEnvironment),
  frontendRoute('POST', '/v1/dev_browser', (ctx) => {
    const client = createClient(ctx);
    return { json: { object: 'dev_browser', id: client.devBrowserToken } };
  }),
  frontendRoute('GET', '/v1/client', getClient),
  frontendRoute('POST', '/v1/client', getClient),
  frontendRoute('PUT', '/v1/client', getClient),
  frontendRoute('DELETE', '/v1/client', deleteClient),
];
