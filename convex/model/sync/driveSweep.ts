import { internal } from '../../_generated/api';
import type { Id } from '../../_generated/dataModel';
import type { ActionCtx } from '../../_generated/server';
import { clerkApi } from '../environment';
import { log } from '../log';
import { ClerkReader, requestTaker } from './reader';

/**
 * Asks Clerk for each person of a sweep by id, just before they are deactivated. Only a 404 counts;
 * trouble ends the job, and the watcher starts it again.
 */
export async function driveSweep(ctx: ActionCtx, sweepId: Id<'syncSweeps'>): Promise<void> {
  const api = clerkApi();
  if (!api.ok) return log('warn', 'sweep.waits', { reason: api.reason });
  const checkStop = () => undefined;
  const clerk = new ClerkReader({
    baseUrl: api.baseUrl,
    secretKey: api.secretKey,
    takeRequests: requestTaker(ctx, checkStop),
    checkStop,
  });
  for (;;) {
    const ids = await ctx.runMutation(internal.sweepWork.nextOfSweep, { sweepId });
    if (ids === null) return;
    const verdicts = await Promise.all(
      ids.map(async (externalId) => {
        const answer = await clerk.get(`/v1/users/${encodeURIComponent(externalId)}`);
        return { externalId, isThere: answer.found || answer.status !== 404 };
      }),
    );
    await ctx.runMutation(internal.sweepWork.sweepPeople, { sweepId, verdicts });
  }
}
