import type { MutationCtx, QueryCtx } from '../_generated/server';
import { configuredInstanceId } from './environment';

const key = 'clerkInstanceId';

/**
 * Rule 5: whether an event may come from `instanceId`. Without `CLERK_INSTANCE_ID` the first
 * verified event that names an instance decides; an event that names none passes, since its
 * signature already proves one of our secrets.
 */
export async function isOurInstance(
  ctx: MutationCtx,
  instanceId: string | undefined,
): Promise<boolean> {
  if (instanceId === undefined) return true;
  const configured = configuredInstanceId();
  if (configured !== undefined) return configured === instanceId;
  const known = await ctx.db
    .query('learnt')
    .withIndex('byKey', (q) => q.eq('key', key))
    .unique();
  if (known !== null) return known.value === instanceId;
  await ctx.db.insert('learnt', { key, value: instanceId });
  return true;
}

/** `isOurInstance` without learning anything: whether an event is known to be another's. */
export async function isKnownForeign(
  ctx: Pick<QueryCtx, 'db'>,
  instanceId: string | undefined,
): Promise<boolean> {
  if (instanceId === undefined) return false;
  const known = await knownInstanceId(ctx);
  return known !== null && known !== instanceId;
}

/** The instance that is ours: as configured, else as learnt. */
export async function knownInstanceId(ctx: Pick<QueryCtx, 'db'>): Promise<string | null> {
  const configured = configuredInstanceId();
  if (configured !== undefined) return configured;
  const known = await ctx.db
    .query('learnt')
    .withIndex('byKey', (q) => q.eq('key', key))
    .unique();
  return known?.value ?? null;
}
