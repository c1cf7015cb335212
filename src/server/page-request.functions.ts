import { createIsomorphicFn, getGlobalStartContext } from '@tanstack/react-start';
import { getRequestHeader } from '@tanstack/react-start/server';
import { zoneFromCookies } from './time-zone-cookie';
import type { RequestContext } from './request-event';

/** The nonce that this page's scripts carry; null in the browser and in development. */
export const pageNonce = createIsomorphicFn()
  .server((): string | undefined => {
    try {
      // The context is typed by middleware only; the entry puts the nonce into it.
      return (getGlobalStartContext() as Partial<RequestContext> | undefined)?.nonce;
    } catch {
      // A router made outside of a request (a redirect of a middleware) renders no page.
      return undefined;
    }
  })
  .client((): string | undefined => undefined);

/** The viewer's time zone: in the browser its own, on the server what it told us last. */
export const viewerTimeZone = createIsomorphicFn()
  .server(() => zoneFromCookies(getRequestHeader('cookie') ?? null))
  .client(() => Intl.DateTimeFormat().resolvedOptions().timeZone);
