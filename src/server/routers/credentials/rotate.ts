import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { ConvexHttpClient } from 'convex/browser';
import type { FunctionReturnType } from 'convex/server';
import { AppError } from '../../app-error';
import { toAppError } from '../../convex-client';
import { open, seal } from '../../credentials/envelope';
import type { KeyRing } from '../../credentials/key-ring';
import { vaultKeys } from '../../credentials/vault';
import { procedure } from '../../trpc';

const output = z.object({
  /** Sealed anew by this request. */
  resealed: z.number(),
  /** Cannot be opened by any key of the ring, and stand where they stood. */
  unreadable: z.number(),
  /** Still sealed by another key than the first; `more` where counting stopped. */
  stale: z.number(),
  more: z.boolean(),
});

/** How many credentials another key than the first one sealed. */
export const rotation = procedure
  .output(z.object({ keys: z.number(), stale: z.number(), more: z.boolean() }))
  .query(async ({ ctx }) => {
    const keys = await vaultKeys();
    const counted = await ctx.convex.query(api.credentials.rotation, { keyId: keys[0].id });
    return { keys: keys.length, ...counted };
  });

/**
 * Seals the next batch with the first key. Call until `stale` is no more than `unreadable`: each
 * call goes on where the last one ended, whoever made it, so that a closed page costs nothing.
 */
export const rotate = procedure.output(output).mutation(async ({ ctx }) => {
  const keys = await vaultKeys();
  const keyId = keys[0].id;
  const batch = await ctx.convex.query(api.credentials.stale, { keyId });
  let resealed = 0;
  let unreadable = 0;
  for (const sealed of batch) {
    if (await resealOne(ctx.convex, keys, sealed)) resealed += 1;
    else unreadable += 1;
  }
  const counted = await ctx.convex.query(api.credentials.rotation, { keyId });
  return { resealed, unreadable, ...counted };
});

type Sealed = FunctionReturnType<typeof api.credentials.stale>[number];

async function resealOne(
  convex: ConvexHttpClient,
  keys: KeyRing,
  sealed: Sealed,
): Promise<boolean> {
  const { credentialId, envelope } = sealed;
  try {
    const to = await seal(keys, sealed, await open(keys, sealed, envelope));
    const change = { credentialId, from: envelope, to, keyId: keys[0].id };
    await convex.mutation(api.credentials.replaceEnvelope, change);
    return true;
  } catch (error) {
    const { code } = toAppError(error).body;
    if (code === 'CREDENTIAL_UNREADABLE') return false;
    // Stored anew meanwhile: sealed by the first key already.
    if (code === 'CREDENTIAL_CHANGED') return true;
    throw error instanceof AppError ? error : toAppError(error);
  }
}
