import type { RequestContext, Route } from '../http/router';
import { guarded } from './guard';

const mailsMax = 50;

/** The newest messages that the real Clerk would have sent. */
function listMail(ctx: RequestContext) {
  const mails = ctx.services.store.find('mails', {}, { direction: 'descending', limit: mailsMax });
  return { json: { mails } };
}

export const mailRoutes: readonly Route[] = [guarded('GET', '/_local/dashboard/mail', listMail)];
