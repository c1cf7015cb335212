import type { ConvexReady } from './services';

/**
 * Seeded people are in Clerk alone and send no webhooks: a full synchronisation brings them into
 * Convex, in the background. A new deployment's own schedule may have begun one already. Returns
 * what to tell; the stack works without.
 */
export async function startFirstSync(convex: ConvexReady, people: number): Promise<string[]> {
  if (people === 0) return [];
  try {
    const response = await fetch(`${convex.url}/api/mutation`, {
      method: 'POST',
      headers: { authorization: `Convex ${convex.adminKey}`, 'content-type': 'application/json' },
      body: JSON.stringify({
        path: 'adminSync:start',
        args: { mode: 'apply', trigger: 'start' },
        format: 'json',
      }),
    });
    const text = await response.text();
    if (text.includes('"success"') || text.includes('SYNC_RUNNING')) {
      return [`${people} seeded people are on their way from Clerk into Convex.`];
    }
    return [`The seeded people could not be synchronised: ${text.slice(0, 200)}`];
  } catch (error) {
    return [`The seeded people could not be synchronised: ${String(error)}`];
  }
}
