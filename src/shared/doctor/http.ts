/** Long enough for a sleeping deployment, short enough for a person who waits. */
const answerMaxMs = 10_000;

export type Answer =
  | { kind: 'answered'; status: number; body: unknown; text: string }
  | { kind: 'silent'; reason: string };

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // Not JSON: the caller looks at `text`.
    return undefined;
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause instanceof Error ? error.cause.message : '';
  return error.name === 'TimeoutError'
    ? `no answer within ${answerMaxMs / 1000} s`
    : cause || error.message;
}

/** A request that never throws: doctor must tell a refusal from silence. */
export async function ask(url: string, init: RequestInit = {}): Promise<Answer> {
  try {
    const signal = AbortSignal.timeout(answerMaxMs);
    const response = await fetch(url, { redirect: 'manual', ...init, signal });
    const text = await response.text();
    return { kind: 'answered', status: response.status, text, body: parsed(text) };
  } catch (error) {
    return { kind: 'silent', reason: reasonOf(error) };
  }
}

/** A member of a JSON object, or undefined: answers of other systems are never trusted. */
export function member(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && name in value
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
