/** One wide line per event. Fields are facts about the work, never bodies, keys or names. */

const levels = ['debug', 'info', 'warn', 'error'] as const;
type Level = (typeof levels)[number];

const secretLike = /\b(sk_(test|live)_|whsec_|rc_[0-9a-z]{16}_)[A-Za-z0-9+/=_-]*/g;

export function log(
  level: Level,
  event: string,
  fields: Record<string, string | number | boolean | undefined> = {},
): void {
  const setting = process.env.LOG_LEVEL?.toLowerCase();
  const wanted = levels.find((name) => name === setting) ?? 'info';
  if (levels.indexOf(level) < levels.indexOf(wanted)) return;
  const line = redact(JSON.stringify({ event, ...fields }));
  console[level](line);
}

/** Blanks out anything that looks like a Clerk key or a signing secret. */
export function redact(text: string): string {
  return text.replace(secretLike, '$1[redacted]');
}
