import { invalidParam, notFound } from '../http/clerk-error';
import { route, type Reply, type RequestContext, type Route } from '../http/router';
import { flag, text, whole, wholeParam } from '../backend/params';
import { rateLimitModes } from '../backend/rate-limits';
import { newSecretKey } from '../keys';
import { webhookModes } from '../webhooks/webhook-center';

const listLimitDefault = 50;
const listLimitMax = 500;
const seedMax = 1_000_000;
const duplicateMax = 20;
const mailsShown = 50;
const moreSecretKeysMax = 20;

function getStatus(ctx: RequestContext): Reply {
  const { store, webhooks, clock, keys, rateLimits, faults, url } = ctx.services;
  return {
    json: {
      instanceId: keys.instanceId,
      publishableKey: keys.publishableKey,
      url,
      counts: {
        users: store.users.count({}),
        organizations: store.organizations.count({}),
        memberships: store.count('memberships', {}),
        sessions: store.count('sessions', { status: 'active' }),
        deliveries: webhooks.counts(),
      },
      webhooks: { ...webhooks.policy(), endpoints: webhooks.endpoints() },
      rateLimits: rateLimits.mode(),
      faults: faults.list(),
      clock: { now: clock.now(), offsetMs: clock.offsetMs() },
    },
  };
}

function setWebhookMode(ctx: RequestContext): Reply {
  const { webhooks } = ctx.services;
  const mode = oneOf('mode', text(ctx.body, 'mode'), webhookModes) ?? webhooks.policy().mode;
  const duplicate = ranged('duplicate', whole(ctx.body, 'duplicate'), duplicateMax) ?? 0;
  webhooks.setPolicy({ mode, duplicate, reorder: flag(ctx.body, 'reorder') ?? false });
  return { json: webhooks.policy() };
}

function enableEndpoint(ctx: RequestContext): Reply {
  if (!ctx.services.webhooks.enableEndpoint(ctx.params.endpointId ?? '')) {
    throw notFound('The endpoint');
  }
  return { json: { endpoints: ctx.services.webhooks.endpoints() } };
}

function getDeliveries(ctx: RequestContext): Reply {
  const range = { min: 1, max: listLimitMax };
  const limit = wholeParam(ctx.query, 'limit', range) ?? listLimitDefault;
  const before = ctx.query.get('before');
  if (before !== null && !/^(dlv_)?\d+$/.test(before)) {
    throw invalidParam('before', 'before must be the id of a delivery, such as dlv_12.');
  }
  const messageId = ctx.query.get('messageId');
  return { json: ctx.services.webhooks.list({ limit, before, messageId }) };
}

function resendDelivery(ctx: RequestContext): Reply {
  const resent = ctx.services.webhooks.resend(ctx.params.deliveryId ?? '');
  if (resent === 0) throw notFound('The delivery');
  return { status: 202, json: { resent } };
}

function moveClock(ctx: RequestContext): Reply {
  const { clock } = ctx.services;
  const advanceMs = whole(ctx.body, 'advanceMs');
  const offsetMs = whole(ctx.body, 'offsetMs');
  if (typeof advanceMs === 'number') clock.advance(advanceMs);
  else if (typeof offsetMs === 'number') clock.setOffset(offsetMs);
  else throw invalidParam('advanceMs', 'Give advanceMs or offsetMs, whole milliseconds.');
  return { json: { now: clock.now(), offsetMs: clock.offsetMs() } };
}

const statusMax = 599;
const errorStatusMin = 400;
const delayMsMax = 120_000;
const retryAfterMaxS = 86_400;

function addFault(ctx: RequestContext): Reply {
  const { body, services } = ctx;
  const status = ranged('status', whole(body, 'status'), statusMax);
  if (status !== undefined && status < errorStatusMin) {
    throw invalidParam('status', `status must be between ${errorStatusMin} and ${statusMax}.`);
  }
  services.faults.add({
    status,
    retryAfterS: ranged('retryAfterS', whole(body, 'retryAfterS'), retryAfterMaxS),
    delayMs: ranged('delayMs', whole(body, 'delayMs'), delayMsMax),
    match: text(body, 'match') ?? undefined,
    count: whole(body, 'count') ?? undefined,
  });
  return { json: { faults: services.faults.list() } };
}

function clearFaults(ctx: RequestContext): Reply {
  ctx.services.faults.clear();
  return { json: { faults: [] } };
}

function setRateLimits(ctx: RequestContext): Reply {
  const mode = oneOf('mode', text(ctx.body, 'mode'), rateLimitModes);
  if (!mode) throw invalidParam('mode', `mode must be one of ${rateLimitModes.join(', ')}.`);
  ctx.services.rateLimits.setMode(mode);
  return { json: { mode } };
}

function addSecretKey(ctx: RequestContext): Reply {
  const { moreSecretKeys } = ctx.services;
  if (moreSecretKeys.size >= moreSecretKeysMax) {
    throw invalidParam('secret_keys', `There are ${moreSecretKeysMax} more keys already.`);
  }
  const secretKey = newSecretKey();
  moreSecretKeys.add(secretKey);
  return { status: 201, json: { secretKey } };
}

function seedPeople(ctx: RequestContext): Reply {
  const users = ranged('users', whole(ctx.body, 'users'), seedMax);
  if (users === undefined) throw invalidParam('users', 'users must say how many people to add.');
  const startedAt = performance.now();
  ctx.services.people.load(users);
  const durationMs = Math.round(performance.now() - startedAt);
  return { json: { added: users, users: ctx.services.store.users.count({}), durationMs } };
}

function getOutboxMail(ctx: RequestContext): Reply {
  const email = ctx.query.get('email')?.trim().toLowerCase();
  const where = email ? { to: email } : {};
  const mails = ctx.services.store.find('mails', where, {
    direction: 'descending',
    limit: mailsShown,
  });
  return { json: { mails } };
}

function oneOf<T extends string>(
  name: string,
  given: string | null | undefined,
  allowed: readonly T[],
): T | undefined {
  if (given === undefined || given === null) return undefined;
  const found = allowed.find((value) => value === given);
  if (!found) throw invalidParam(name, `${name} must be one of ${allowed.join(', ')}.`);
  return found;
}

function ranged(name: string, given: number | null | undefined, max: number): number | undefined {
  if (given === undefined || given === null) return undefined;
  if (given >= 0 && given <= max) return given;
  throw invalidParam(name, `${name} must be between 0 and ${max}.`);
}

/** `/_local/*`: how tests and the dashboard page steer the local Clerk. */
export const controlRoutes: readonly Route[] = [
  route('GET', '/_local/status', getStatus),
  route('POST', '/_local/webhooks/mode', setWebhookMode),
  route('POST', '/_local/webhooks/endpoints/:endpointId/enable', enableEndpoint),
  route('GET', '/_local/deliveries', getDeliveries),
  route('POST', '/_local/deliveries/:deliveryId/resend', resendDelivery),
  route('POST', '/_local/clock', moveClock),
  route('POST', '/_local/faults', addFault),
  route('DELETE', '/_local/faults', clearFaults),
  route('POST', '/_local/rate-limits', setRateLimits),
  route('POST', '/_local/secret-keys', addSecretKey),
  route('POST', '/_local/seed', seedPeople),
  route('GET', '/_local/outbox-mail', getOutboxMail),
];
