import type { RequestContext } from '../http/router';
import type { ChangeOrigin } from '../store/clerk-store';

/** Where a change came from, for the webhooks it causes. */
export function originOf(ctx: RequestContext): ChangeOrigin {
  return { clientIp: ctx.clientIp, userAgent: ctx.headers['user-agent'] ?? '' };
}
