import { httpRouter } from 'convex/server';
import { internal } from './_generated/api';
import { httpAction } from './_generated/server';
import { errorBody, errorCodes, type ErrorCode } from '../src/shared/error-codes';
import { sha256Hex } from './model/audit';
import { parseClerkEvent } from './model/clerkEvent';
import { webhookSecrets } from './model/environment';
import { log } from './model/log';
import { verifyWebhookRequest } from './model/webhookRequest';
import { exchangeApiToken, publishKeySet } from './httpTokens';
import { exchangePath, keySetPath } from '../src/shared/api-tokens';

const path = '/clerk-users-webhook';

/**
 * B1. Answers 200 with an empty body to whatever was recorded, so that Svix stops; 400 and 413
 * without recording anything; 5xx only for trouble that another attempt can cure.
 */
const receiveWebhook = httpAction(async (ctx, request) => {
  const verified = await verifyWebhookRequest(request, webhookSecrets());
  if (!verified.ok) {
    log('warn', 'webhook.refused', { code: verified.code, why: verified.why });
    return refusal(verified.code, verified.why);
  }
  const event = parseClerkEvent(verified.body);
  try {
    const outcome = await ctx.runMutation(internal.webhooks.receive, {
      svixId: verified.svixId,
      payloadHash: await sha256Hex(verified.body),
      event,
    });
    log('info', 'webhook.received', { svixId: verified.svixId, type: event.type, outcome });
    return new Response(null, { status: 200 });
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown';
    log('error', 'webhook.failed', { svixId: verified.svixId, type: event.type, message });
    return refusal('INTERNAL', 'the event was not applied; it will be sent again');
  }
});

const methodNotAllowed = httpAction(
  async () => new Response(null, { status: 405, headers: { Allow: 'POST' } }),
);

function refusal(code: ErrorCode, message: string): Response {
  return Response.json(errorBody(code, { message }), { status: errorCodes[code].status });
}

const http = httpRouter();
http.route({ path, method: 'POST', handler: receiveWebhook });
for (const method of ['GET', 'PUT', 'PATCH', 'DELETE'] as const) {
  http.route({ path, method, handler: methodNotAllowed });
}

http.route({ path: exchangePath, method: 'POST', handler: exchangeApiToken });
http.route({ path: keySetPath, method: 'GET', handler: publishKeySet });

export default http;
