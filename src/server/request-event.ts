import { getGlobalStartContext } from '@tanstack/react-start';
import type { RequestEvent } from './log';

/** What `src/server.ts` gives to every request. */
export interface RequestContext {
  event: RequestEvent;
  /** For the content security policy; absent in development. */
  nonce?: string;
}

declare module '@tanstack/react-start' {
  interface Register {
    server: { requestContext: RequestContext };
  }
}

/** Adds to the log event of the request at hand. */
export function annotateRequest(fields: Partial<RequestEvent>): void {
  // The context is typed by middleware only; the entry always puts `event` into it.
  const context = getGlobalStartContext() as Partial<RequestContext> | undefined;
  if (context?.event) Object.assign(context.event, fields);
}
