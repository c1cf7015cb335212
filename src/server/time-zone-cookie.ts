/** Written by the page (`src/lib/time-zone.tsx`) so that the next HTML has local times. */
const cookiePattern = /(?:^|;\s*)rollcall-tz=([^;]+)/;

/** The zone named in a `Cookie` header; UTC where it is absent or names no zone that exists. */
export function zoneFromCookies(header: string | null): string {
  const value = cookiePattern.exec(header ?? '')?.[1];
  if (!value) return 'UTC';
  try {
    const zone = decodeURIComponent(value);
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return zone;
  } catch {
    return 'UTC';
  }
}
