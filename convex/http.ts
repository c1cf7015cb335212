import { httpRouter } from 'convex/server';
import { internal } from './_generated/api';
import { type ActionCtx, httpAction } from './_generated/server';
import { errorBody, errorCodes, type ErrorCode } from '../src/shared/error-codes';
import type { RefusalReason } from '../src/shared/webhook-health';
import { sha256Hex } from './model/audit';
import { parseClerkEvent } from './model/clerkEvent';
import { webhookSecrets } from './model/environment';
import { log } from './model/log';
import { reasonOf } from './model/failedEvents';
import { verifyWebhookRequest } from './model/webhookRequest';
import { refusalsDue, secretUseDue, secretUseWritten } from './model/webhookTally';
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
    await countRefusal(ctx, verified.reason);
    return refusal(verified.code, verified.why);
  }
  const { svixId } = verified;
  const event = parseClerkEvent(verified.body);
  const payloadHash = await sha256Hex(verified.body);
  try {
    const secret = await secretUseDue(verified.secret, Date.now());
    const receipt = { svixId, payloadHash, event, secret };
    const outcome = await ctx.runMutation(internal.webhooks.receive, receipt);
    if (secret !== undefined) secretUseWritten(secret, Date.now());
    log('info', 'webhook.received', { svixId, type: event.type, outcome });
    return new Response(null, { status: 200 });
  } catch (error) {
    const message = error instanceof Error ? error.message : 'unknown';
    log('error', 'webhook.failed', { svixId, type: event.type, message });
    const attempt = { svixId, payloadHash, type: event.type, reason: reasonOf(error) };
    if (await parks(ctx, attempt)) return new Response(null, { status: 200 });
    return refusal('INTERNAL', 'the event was not applied; it will be sent again');
  }
});

/** Whether this attempt was one too many: then the event is parked, and Svix need not come again. */
async function parks(
  ctx: ActionCtx,
  attempt: { svixId: string; payloadHash: string; type: string; reason: string },
): Promise<boolean> {
  try {
    return await ctx.runMutation(internal.webhooks.countFailure, attempt);
  } catch {
    // The database itself is in trouble: another attempt is what is wanted.
    return false;
  }
}

/** Never in the way of the answer. */
async function countRefusal(ctx: ActionCtx, reason: RefusalReason): Promise<void> {
  const refusals = refusalsDue(reason, Date.now());
  if (refusals === undefined) return;
  try {
    await ctx.runMutation(internal.webhooks.countRefusals, { refusals });
  } catch (error) {
    log('error', 'webhook.refusalsLost', { reason: reasonOf(error) });
  }
}

const methodNotAllowed = httpAction(async () =>
  Response.json(errorBody('METHOD_NOT_ALLOWED'), { status: 405, headers: { Allow: 'POST' } }),
);

function refusal(code: ErrorCode, message: string): Response {
  return Response.json(errorBody(code, { message }), { status: errorCodes[code].status });
}

const http = httpRouter();
http.route({ path, method: 'POST', handler: receiveWebhook });
for (const method of ['GET', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'] as const) {
  http.route({ path, method, handler: methodNotAllowed });
}

http.route({ path: exchangePath, method: 'POST', handler: exchangeApiToken });
http.route({ path: keySetPath, method: 'GET', handler: publishKeySet });

export default http;
