import type { ConvexHttpClient } from 'convex/browser';
import { z } from 'zod';
import { api } from '../../../../convex/_generated/api';
import type { Id } from '../../../../convex/_generated/dataModel';
import { AppError } from '../../app-error';

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

/** Does something to the person whom `id` names, by either of their ids. */
export async function withUser<T>(
  convex: ConvexHttpClient,
  id: string,
  act: (userId: Id<'users'>) => Promise<T>,
): Promise<T> {
  if (id.startsWith('user_')) return await act(await resolved(convex, id));
  // The shape was checked; what is no id of a user, `refusalOfUnknownId` names.
  return await act(id as Id<'users'>);
}
