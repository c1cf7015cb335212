import { Webhook } from 'svix';
import type { Clock } from '../clock';
import type { AttemptResult, DueDelivery } from './message-log';
import { attemptTimeoutMs } from './retry-schedule';

const excerptLengthMax = 1024;
const okMin = 200;
const okMax = 299;

export interface AttemptOptions {
  secret: string;
  clock: Clock;
  /** Aborts what is under way when the local Clerk stops. */
  stopped: AbortSignal;
}

/** One signed POST to one endpoint. Never throws: whatever happens is a result. */
export async function sendAttempt(
  delivery: DueDelivery,
  { secret, clock, stopped }: AttemptOptions,
): Promise<AttemptResult> {
  const at = clock.now();
  const startedAt = performance.now();
  const signedAt = new Date(clock.machine());
  const finish = (status: number | null, excerpt: string): AttemptResult => ({
    at,
    durationMs: Math.round(performance.now() - startedAt),
    status,
    excerpt: excerpt.slice(0, excerptLengthMax),
    ok: status !== null && status >= okMin && status <= okMax,
    refused: false,
  });
  try {
    const response = await fetch(delivery.url, {
      method: 'POST',
      redirect: 'manual',
      signal: AbortSignal.any([AbortSignal.timeout(attemptTimeoutMs), stopped]),
      headers: {
        'content-type': 'application/json',
        'user-agent': 'Svix-Webhooks/1.0 (local Clerk)',
        'svix-id': delivery.messageId,
        'svix-timestamp': String(Math.floor(signedAt.getTime() / 1000)),
        'svix-signature': new Webhook(secret).sign(delivery.messageId, signedAt, delivery.body),
      },
      body: delivery.body,
    });
    return finish(response.status, await response.text());
  } catch (error) {
    return { ...finish(null, reasonOf(error)), refused: isRefused(error) };
  }
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  if (error.name === 'TimeoutError') return `no answer within ${attemptTimeoutMs / 1000} s`;
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}

function isRefused(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && 'code' in cause && cause.code === 'ECONNREFUSED';
}
