import { HttpError } from './http-error';

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Refuses requests that name another host. The server listens on loopback only, but a page on the
 * web can point its own DNS name at 127.0.0.1 and would then count as same-origin.
 */
export function requireLoopbackHost(host: string | undefined): void {
  if (isLoopbackHost(host)) return;
  throw new HttpError(
    403,
    'ForeignHost',
    `This Convex deployment answers on localhost and 127.0.0.1 only, not as "${host ?? ''}".`,
  );
}

export function isLoopbackHost(host: string | undefined): boolean {
  const [, name = ''] = /^(.*?)(?::\d+)?$/.exec(host ?? '') ?? [];
  return loopbackNames.has(name.toLowerCase());
}
