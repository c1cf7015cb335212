import { type Infer, v } from 'convex/values';
import { clerkApi } from './environment';
import { clerkTimeoutMs } from './limits';

/** Whether the deployment's own key opens Clerk's Backend API, in words for people (E2, E3). */
export const connectionView = v.object({
  ok: v.boolean(),
  message: v.string(),
  instanceId: v.optional(v.string()),
  environment: v.optional(v.string()),
  users: v.optional(v.number()),
  latencyMs: v.optional(v.number()),
});
type Connection = Infer<typeof connectionView>;

/** For actions only: asks Clerk two small questions. Never throws, never repeats the key. */
export async function testConnection(): Promise<Connection> {
  const clerk = clerkApi();
  if (!clerk.ok) return { ok: false, message: clerk.reason };
  const startedAt = Date.now();
  const ask = async (path: string) => {
    const response = await fetch(`${clerk.baseUrl}/v1${path}`, {
      headers: { Authorization: `Bearer ${clerk.secretKey}` },
      signal: AbortSignal.timeout(clerkTimeoutMs),
    });
    const body: unknown = await response.json().catch(() => null);
    return { status: response.status, body: Object(body) as Record<string, unknown> };
  };
  try {
    const [instance, count] = await Promise.all([ask('/instance'), ask('/users/count')]);
    const latencyMs = Date.now() - startedAt;
    if (instance.status !== 200)
      return { ok: false, message: refusalOf(instance.status), latencyMs };
    const { id, environment_type: environment } = instance.body;
    const users = count.body['total_count'];
    return {
      ok: true,
      message: 'Clerk answers and accepts the key.',
      latencyMs,
      ...(typeof id === 'string' && { instanceId: id }),
      ...(typeof environment === 'string' && { environment }),
      ...(typeof users === 'number' && { users }),
    };
  } catch {
    return { ok: false, message: 'Clerk did not answer.' };
  }
}

function refusalOf(status: number): string {
  if (status === 401) return 'The Clerk secret key is invalid or expired';
  if (status === 429)
    return 'Clerk answers that there are too many requests. Try again in a moment.';
  return `Clerk answered ${status}`;
}
