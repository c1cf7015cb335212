import { notFound } from '../http/clerk-error';
import type { RequestContext, Route } from '../http/router';
import { guarded } from './guard';

/** One delivery by its id (`dlv_<n>`): the page right before the next number starts with it. */
function show(ctx: RequestContext) {
  const id = ctx.params.deliveryId ?? '';
  const number = /^dlv_(\d{1,15})$/.exec(id)?.[1];
  if (number === undefined) throw notFound('The delivery');
  const before = `dlv_${Number(number) + 1}`;
  const [found] = ctx.services.webhooks.list({ limit: 1, before, messageId: null }).deliveries;
  if (found?.id !== id) throw notFound('The delivery');
  return { json: found };
}

const pageSize = 200;

/** Sends everything that waits for a retry, without waiting for its time. */
function retryPending(ctx: RequestContext) {
  const { webhooks } = ctx.services;
  const waiting = webhooks.counts().pending;
  let resent = 0;
  let before: string | null = null;
  do {
    const page = webhooks.list({ limit: pageSize, before, messageId: null });
    for (const delivery of page.deliveries) {
      if (delivery.status === 'pending') resent += webhooks.resend(delivery.id);
    }
    before = page.before;
  } while (before !== null && resent < waiting);
  return { json: { resent } };
}

/** What the control interface does not have. */
export const deliveryRoutes: readonly Route[] = [
  guarded('GET', '/_local/dashboard/deliveries/:deliveryId', show),
  guarded('POST', '/_local/dashboard/deliveries/retry', retryPending),
];
