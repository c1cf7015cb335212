import { setTimeout as pause } from 'node:timers/promises';
import type { ClerkReady, ConvexReady } from './services';

/** How long a first start waits for the demo accounts' webhooks to arrive. */
const arrivalMaxMs = 20_000;
const pollMs = 100;

/** A delivery of the local Clerk, as far as the stack looks at it. */
interface Delivery {
  id: string;
  status: string;
}

/** Clerk will not try these again by itself, or only after minutes. */
const missedStates = new Set(['pending', 'failed']);

function isDelivery(value: unknown): value is Delivery {
  return typeof value === 'object' && value !== null && 'id' in value && 'status' in value;
}

async function json(url: string, init: RequestInit = {}): Promise<unknown> {
  const response = await fetch(url, { ...init, signal: AbortSignal.timeout(5_000) });
  if (!response.ok) throw new Error(`${init.method ?? 'GET'} ${url} answered ${response.status}`);
  return response.json();
}

/**
 * Sends again what Clerk could not deliver while the web app was down or not yet up: what an
 * operator does in Clerk's dashboard after an outage, instead of waiting for the next retry.
 */
async function resendMissed(clerk: ClerkReady): Promise<void> {
  const body = await json(`${clerk.url}/_local/deliveries?limit=100`);
  const list = typeof body === 'object' && body !== null && 'deliveries' in body && body.deliveries;
  const missed = (Array.isArray(list) ? list : [])
    .filter(isDelivery)
    .filter(({ status }) => missedStates.has(status));
  // The log is newest first; what happened first goes out first.
  for (const { id } of missed.toReversed()) {
    await json(`${clerk.url}/_local/deliveries/${id}/resend`, { method: 'POST' });
  }
}

async function hasRow(convex: ConvexReady, email: string): Promise<boolean> {
  const response = await fetch(`${convex.url}/api/query`, {
    method: 'POST',
    headers: { authorization: `Convex ${convex.adminKey}`, 'content-type': 'application/json' },
    body: JSON.stringify({ path: 'admin:getUser', args: { idOrEmail: email }, format: 'json' }),
    signal: AbortSignal.timeout(5_000),
  });
  const text = await response.text();
  if (response.ok && text.includes('"success"')) return true;
  // The function's own answer for somebody without a row.
  if (text.includes('USER_NOT_FOUND')) return false;
  throw new Error(`admin:getUser answered ${response.status}: ${text.slice(0, 200)}`);
}

async function missingPeople(clerk: ClerkReady, convex: ConvexReady): Promise<string[]> {
  const found = await Promise.all(clerk.demo.map(({ email }) => hasRow(convex, email)));
  return clerk.demo.filter((_, index) => found[index] !== true).map(({ email }) => email);
}

/**
 * Makes webhooks that were missed go out again and, with `mustWait`, waits until every demo person
 * has a row. They come the way everybody comes: by Clerk's webhooks. Returns warnings; the stack
 * works without (a row is made at the first sign-in).
 */
export async function settleDemoPeople(
  clerk: ClerkReady,
  convex: ConvexReady,
  options: { mustWait: boolean },
): Promise<string[]> {
  try {
    await resendMissed(clerk);
    if (!options.mustWait) return [];
    const deadline = Date.now() + arrivalMaxMs;
    let missing = await missingPeople(clerk, convex);
    while (missing.length > 0 && Date.now() < deadline) {
      await pause(pollMs);
      missing = await missingPeople(clerk, convex);
    }
    if (missing.length === 0) return [];
    return [
      `No webhook has arrived yet for ${missing.join(', ')}; they get a row when they sign in.`,
    ];
  } catch (error) {
    return [`The demo accounts could not be checked: ${String(error)}`];
  }
}
