import type { TestConvex } from 'convex-test';
import { api, internal } from '../../convex/_generated/api';
import type { Doc } from '../../convex/_generated/dataModel';
import type schema from '../../convex/schema';
import { type ClerkEnvelope, signedHeaders } from './fake-clerk';

/*
 * Calls of the product's functions, alike for `convex-test` and for `memory-convex`; nothing here
 * needs vitest.
 */

export type ConvexCalls = Pick<
  TestConvex<typeof schema>,
  'query' | 'mutation' | 'action' | 'run' | 'fetch' | 'withIdentity'
>;

/** Posts a signed event to the webhook address. */
export async function deliver(
  t: ConvexCalls,
  event: ClerkEnvelope,
  options: { id?: string; secret?: string; at?: Date } = {},
): Promise<Response> {
  const body = JSON.stringify(event);
  return await post(t, body, signedHeaders(body, options));
}

export async function post(
  t: ConvexCalls,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Record<string, string>,
): Promise<Response> {
  return await t.fetch('/clerk-users-webhook', { method: 'POST', body, headers });
}

/** The caller with a verified token, whatever it claims beside its subject. */
export function as(t: ConvexCalls, externalId: string, claims: Record<string, string> = {}) {
  return t.withIdentity({ subject: externalId, issuer: 'http://clerk.test', ...claims });
}

export async function intentsOf(t: ConvexCalls, state?: string): Promise<Doc<'roleIntents'>[]> {
  const all = await t.run(async (ctx) => await ctx.db.query('roleIntents').collect());
  return state === undefined ? all : all.filter((intent) => intent.state === state);
}

/** Page by page, as the command line does; throws where the chain is broken. */
export async function verifyAudit(t: ConvexCalls): Promise<void> {
  let from: { seq: number; hash: string } | undefined;
  for (;;) {
    const page = await t.query(internal.admin.verifyAudit, { from });
    if (!page.ok) throw new Error(`audit chain: ${page.problem} at ${page.seq}`);
    if (page.isDone) return;
    from = page.head;
  }
}

export async function codeOf(attempt: Promise<unknown>): Promise<string> {
  try {
    await attempt;
    return 'no error';
  } catch (error) {
    const data: unknown =
      typeof error === 'object' && error !== null && 'data' in error ? error.data : undefined;
    // convex-test hands ConvexError data over as JSON text.
    const body: unknown = typeof data === 'string' ? JSON.parse(data) : data;
    if (typeof body === 'object' && body !== null && 'code' in body) return String(body.code);
    throw error;
  }
}

export { api, internal };
