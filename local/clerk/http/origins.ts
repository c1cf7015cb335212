const loopbackNames: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/** `Host` header values that name this machine; a name that only resolves to it does not count. */
export function isLoopbackHost(host: string | undefined): boolean {
  if (host === undefined) return false;
  const name = host.replace(/:\d+$/, '').toLowerCase();
  return loopbackNames.has(name);
}

/** Pages of other processes on this machine, whatever their port. */
export function isLoopbackOrigin(origin: string | undefined): origin is string {
  if (origin === undefined) return false;
  try {
    return loopbackNames.has(new URL(origin).hostname);
  } catch {
    return false;
  }
}

export function corsHeaders(origin: string): Record<string, string> {
  return {
    'access-control-allow-origin': origin,
    'access-control-allow-credentials': 'true',
    'access-control-allow-methods': 'GET, POST, PUT, PATCH, DELETE, OPTIONS',
    'access-control-allow-headers': 'authorization, content-type, x-mobile, x-native-device-id',
    'access-control-expose-headers': 'authorization, x-clerk-trace-id, retry-after',
    'access-control-max-age': '600',
    vary: 'Origin',
  };
}
