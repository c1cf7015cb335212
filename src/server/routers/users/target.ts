import type { ConvexHttpClient } from 'convex/browser';
import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { AppError } from '../../app-error';
import { toAppError } from '../../convex-client';

/** A person by row id or by Clerk id. */
export const userId = z
  .string()
  .regex(/^([0-9A-Za-z]{20,64}|user_[A-Za-z0-9]{1,60})$/, 'is not an id')
  .meta({ description: 'Row id, or Clerk user id (`user_...`).' });

async function resolved(convex: ConvexHttpClient, id: string): Promise<Id<'users'>> {
  const found = await convex.query(api.users.resolve, { id });
  if (found === null) throw new AppError('USER_NOT_FOUND', { field: 'userId' });
  return found;
}

/**
 * Does something to the person whom `id` names. Text of the form of a row id need not be one, and
 * Convex Cloud then says no more than that something failed: so after a failure that says nothing we
 * look whether there is such a person at all.
 */
export async function withUser<T>(
  convex: ConvexHttpClient,
  id: string,
  act: (userId: Id<'users'>) => Promise<T>,
): Promise<T> {
  if (id.startsWith('user_')) return await act(await resolved(convex, id));
  try {
    // The shape was checked; whether it is an id of a user is Convex's validator's business.
    return await act(id as Id<'users'>);
  } catch (error) {
    const { code, field } = toAppError(error).body;
    const saysNothing = code === 'INTERNAL' || (code === 'INVALID_INPUT' && field === undefined);
    if (saysNothing) await resolved(convex, id);
    throw error;
  }
}
