import { serverEnv } from '../env.server';
import { annotateRequest } from './request-event';
import { forwardWebhook } from './webhook-forward';

/** `forwardWebhook` with this server's settings and log. */
export function handleWebhook(request: Request): Promise<Response> {
  return forwardWebhook(request, {
    siteUrl: serverEnv().CONVEX_SITE_URL,
    onTrouble: (trouble) => annotateRequest({ code: 'CONVEX_UNAVAILABLE', trouble }),
  });
}
