import { setTimeout as wait } from 'node:timers/promises';
import type { ConvexHttpClient } from 'convex/browser';
import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { isSecretKey } from '../../../shared/sync';
import { AppError } from '../../app-error';
import { toAppError } from '../../convex-client';
import { logger } from '../../log';
import { procedure } from '../../trpc';
import { scopeInput } from './input';

const input = scopeInput.extend({ secretKey: z.string().max(300) });

/** A run exists within one mutation of the start of its action; this is generous. */
const appearsWithinMs = 20_000;
const lookEveryMs = 200;

/** The action ends with its run, long after the answer to the page; its failure is on the run. */
function noteLateFailure(error: unknown): void {
  logger().info({ code: toAppError(error).body.code }, 'sync.pastedKeyEnded');
}

/** The run that this action has just begun, as soon as there is one. */
async function findRun(
  convex: ConvexHttpClient,
  before: Id<'syncRuns'> | undefined,
): Promise<Id<'syncRuns'>> {
  const until = Date.now() + appearsWithinMs;
  while (Date.now() < until) {
    const { running, last } = await convex.query(api.sync.status, {});
    const found = running ?? last;
    if (found?.key === 'pasted' && found._id !== before) return found._id;
    await wait(lookEveryMs);
  }
  throw new AppError('CONVEX_UNAVAILABLE');
}

/**
 * Requirement A2: a run with a pasted key. Convex's action holds the key for as long as the run
 * goes on; nothing else ever has it. Answers as soon as the run is there.
 */
export const startWithKey = procedure
  .input(input)
  .mutation(async ({ ctx, input: { secretKey, ...request } }) => {
    const key = secretKey.trim();
    if (!isSecretKey(key)) throw new AppError('CLERK_KEY_MALFORMED', { field: 'secretKey' });
    const { last } = await ctx.convex.query(api.sync.status, {});
    const whole = ctx.convex.action(api.sync.startWithKey, { ...request, secretKey: key });
    whole.catch(noteLateFailure);
    return { runId: await Promise.race([whole, findRun(ctx.convex, last?._id)]) };
  });
